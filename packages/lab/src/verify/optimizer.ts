/**
 * The reference operation `optimizer`: the library's own rules from the initial parameter through the given
 * gradients; what is compared is the parameter at its evaluation point after every full update.
 */
import { adam, adamw, DataError, type Optimizer, rmsprop, sgd, type Tensor, tensor } from 'lethe';
import { realFrom } from 'lethe/engine';
import { configNumber, type GoldenCase } from './case-file.ts';
import { type Deviation, deviation, TOLERANCE } from './compare.ts';

/** The deviations of the whole trajectory, one per update. */
export function runOptimizer(golden: GoldenCase, fileName: string): Deviation[] {
  const { initial, gradients, trajectory } = golden;
  if (!initial) throw new DataError('"initial" is missing; an optimizer case starts from a parameter');
  if (trajectory.length === 0 || gradients.length !== trajectory.length) {
    throw new DataError(
      `"trajectory" should hold one array per gradient, found ${trajectory.length} and ${gradients.length}`,
    );
  }
  const point = tensor(initial.data, initial.shape);
  const rule = makeRule(golden, fileName, point);
  return trajectory.map((expected, i) => {
    if (gradients[i].data.length !== initial.data.length) {
      throw new DataError(
        `gradients ${i} should have shape [${initial.shape}], found [${gradients[i].shape}]`,
      );
    }
    rule.update([realFrom(gradients[i].data)]);
    const got = rule.evaluate(() => point.toArray());
    return deviation(`trajectory.${i}`, expected.data, got, TOLERANCE.output);
  });
}

// --- internal ---

/** The kind stands in config.kind (or .name, .optimizer) or in the name of the case; the settings tell it as well. */
function kindOf(golden: GoldenCase, fileName: string): string {
  const { kind, name, optimizer, decoupled, stepRate, beta1, note } = golden.config;
  const word = [kind, optimizer, name, golden.name, fileName].find((w) => typeof w === 'string' && w !== '');
  const text = [kind, optimizer, name, golden.name, fileName].filter((w) => typeof w === 'string').join(' ');
  const found = /adam_?w|adam|rms_?prop|sgd/i.exec(text)?.[0].toLowerCase().replace('_', '');
  if (found === 'adam' && (decoupled === true || note === 'decoupled')) return 'adamw';
  if (found) return found;
  if (beta1 !== undefined) return decoupled === true || note === 'decoupled' ? 'adamw' : 'adam';
  if (stepRate !== undefined) return 'rmsprop';
  throw new DataError(
    `the optimizer of case "${word}" is not named; set config "kind" to sgd, rmsprop, adam or adamw`,
  );
}

function makeRule(golden: GoldenCase, fileName: string, point: Tensor): Optimizer {
  const setting = (name: string) => configNumber(golden, name);
  const rate = setting('stepRate') ?? setting('lr') ?? setting('learningRate');
  if (rate === undefined) throw new DataError('config "lr" (or "stepRate") is missing');
  const weightDecay = setting('weightDecay') ?? 0;
  const momentum = setting('momentum') ?? 0;
  switch (kindOf(golden, fileName)) {
    case 'sgd':
      return sgd({ point }, { stepRate: rate, weightDecay, momentum });
    case 'rmsprop':
      return rmsprop(
        { point },
        {
          stepRate: rate,
          momentum,
          weightDecay,
          decay: setting('decay') ?? 0.9,
          epsilon: setting('epsilon') ?? 1e-8,
          initialMeanSquare: setting('initialMeanSquare') ?? 1,
        },
      );
    default: {
      const options = {
        stepRate: rate,
        weightDecay,
        beta1: setting('beta1') ?? 0.9,
        beta2: setting('beta2') ?? 0.999,
        epsilon: setting('epsilon') ?? 1e-8,
      };
      return kindOf(golden, fileName) === 'adamw' ? adamw({ point }, options) : adam({ point }, options);
    }
  }
}
