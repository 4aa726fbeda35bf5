import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError } from 'lethe';
import { expect, test } from 'vitest';
import { checkConfig } from '../tasks/config.ts';
import { type MusicConfig, musicDefaults } from '../tasks/music/config.ts';
import { listRecipes } from './recipes.ts';
import { resolveConfig } from './resolve.ts';

const refused = (message: RegExp) =>
  expect.objectContaining({ name: 'ConfigError', message: expect.stringMatching(message) });

test('a data set by its name has the defaults of the task', () => {
  expect(resolveConfig('music/nottingham')).toEqual({ ...musicDefaults(), dataset: 'nottingham' });
});

test('settings are laid over a recipe, the texts of --set last', () => {
  const config = resolveConfig('jsb-fast', {
    settings: { 'model.hidden': 30, 'training.epochs': 3, 'training.patience': undefined },
    set: [
      'training.epochs=4',
      'model.maxIncoming=none',
      'model.dropout=fast:input=.3',
      'optimizer.stepRate=1e-4',
    ],
  });
  expect(config.model).toMatchObject({ hidden: 30, maxIncoming: null, dropout: 'fast:input=.3' });
  expect(config.training).toMatchObject({ epochs: 4, patience: 50 });
  expect(config.optimizer.stepRate).toBe(1e-4);
});

test('another optimizer starts from its own wherever its name stands', () => {
  const { optimizer } = resolveConfig('jsb-fast', { set: ['optimizer.beta1=.8', 'optimizer.name=adam'] });
  expect(optimizer).toEqual({
    name: 'adam',
    stepRate: 0.001,
    beta1: 0.8,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: 225,
    clipStep: null,
  });
});

test('a configuration survives its own file', () => {
  const config = resolveConfig('jsb-fast');
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-recipe-')), 'x.yaml');
  const { recipe: _, ...rest } = config;
  fs.writeFileSync(file, JSON.stringify(rest)); // JSON is YAML
  expect({ ...resolveConfig(file), recipe: null }).toEqual({ ...config, recipe: null });
  fs.rmSync(path.dirname(file), { recursive: true });
});

test('a regularizer may be an object with its method', () => {
  const config = resolveConfig('music/x', {
    settings: { 'model.dropout': { method: 'fast', input: 0.1, output: 0.5 } },
  });
  expect(config.model.dropout).toBe('fast:input=0.1,output=0.5');
});

test.each([
  [['training.epoch=3'], /training\.epoch; did you mean 'epochs'/],
  [['trainings.epochs=3'], /trainings; did you mean 'training'/],
  [['optimizer.beta1=.9'], /optimizer\.beta1/],
  [['model.hidden.units=3'], /model\.hidden\.units/],
  [['model.hidden=1.5'], /model\.hidden expects a whole number, found 1\.5/],
  [['model.hidden=many'], /model\.hidden expects a.*number, found "many"/],
  [['training.batch=0'], /training\.batch expects a number of at least 1, found 0/],
  [['training.chunk=1'], /training\.chunk expects a number of at least 2/],
  [['optimizer.momentum=1'], /optimizer\.momentum expects a number below 1, found 1/],
  [['optimizer.stepRate=0'], /optimizer\.stepRate expects a number above 0/],
  [['optimizer.name=rmsporp'], /rmsprop/],
  [['model.activation=tahn'], /did you mean 'tanh'/],
  [['model.dropout=fats:input=.1'], /fast/],
  [['model.dropout=fast:input=1'], /below 1, got 1/],
  [['model.dropout=fast:input=-.1'], /-0?\.1/],
  [['model.dropout=fast:imput=.1'], /input/],
  [['dtype=bf17'], /did you mean 'bf16'/],
  [['seed=-1'], /seed expects/],
  [['hidden'], /--set expects KEY=VALUE/],
])('%j is refused in one sentence', (set, message) => {
  expect(() => resolveConfig('jsb-fast', { set })).toThrow(refused(message));
  expect(() => resolveConfig('jsb-fast', { set })).toThrow(ConfigError);
});

test('an unknown recipe is refused with the nearest', () => {
  expect(() => resolveConfig('jsb-fats')).toThrow(refused(/did you mean 'jsb-fast'/));
  expect(() => resolveConfig('nowhere.yaml')).toThrow(refused(/no file nowhere\.yaml/));
});

test('an unknown key in a recipe file is refused with the nearest', () => {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-recipe-')), 'x.yaml');
  fs.writeFileSync(file, 'model:\n  hiden: 20\n');
  expect(() => resolveConfig(file)).toThrow(refused(/model\.hiden; did you mean 'hidden'/));
  fs.writeFileSync(file, 'model: [1\n');
  expect(() => resolveConfig(file)).toThrow(refused(/YAML/));
  fs.rmSync(path.dirname(file), { recursive: true });
});

// Bayer et al. 2013, Table 3, column by column; published figures: Table 1, columns FD and plain.
const table3 = {
  'piano-midi': [
    600,
    'fast:input=.1,recurrent=.3,finalLayer=plain',
    0.005,
    0.995,
    0.8,
    0.1,
    0.0001,
    25,
    7.39,
    7.58,
  ],
  nottingham: [400, 'fast:input=.1,recurrent=.4,output=0', 0.001, 0.99, 0.9, 0.001, 0.1, null, 3.09, 3.43],
  musedata: [600, 'fast:input=.2,recurrent=.3,output=0', 0.0005, 0.995, 0.9, 0.1, 0.0001, null, 6.75, 6.99],
  jsb: [400, 'fast:input=.1,recurrent=.2,output=.5', 0.001, 0.99, 0.8, 0.0001, 0.01, 15, 8.01, 8.58],
} as const;

test.each(Object.entries(table3))('the recipes of %s hold the values of Table 3', (name, column) => {
  const [hidden, dropout, stepRate, momentum, decay, variance, inputVariance, nu, fd, plain] = column;
  const shared = { hidden, initialVariance: variance, inputVariance, spectralRadius: 1.2, maxIncoming: nu };
  for (const [kind, word, figure] of [
    ['fast', dropout, fd],
    ['plain', 'none', plain],
  ] as const) {
    const config = resolveConfig(`${name}-${kind}`);
    expect(config.model).toMatchObject({ ...shared, dropout: word, activation: 'tanh' });
    const own = name === 'jsb' && kind === 'plain' ? 0.0001 : stepRate; // the plain net of JSB has a step rate of ours
    expect(config.optimizer).toMatchObject({
      name: 'rmsprop',
      stepRate: own,
      momentum,
      decay,
      clipNorm: 225,
    });
    expect(config.training).toMatchObject({ chunk: 100, batch: 50 });
    expect(config.recipe?.published?.value).toBe(figure);
  }
});

test('a recipe keeps its published figure with its own data alone, and says with which others it is trained', () => {
  const { recipe, dataset } = resolveConfig('jsb-plain', { set: ['dataset=nottingham'] });
  expect({ recipe, dataset }).toEqual({
    dataset: 'nottingham',
    recipe: { name: 'jsb-plain', title: 'JSB Chorales, plain tanh RNN, on nottingham', published: null },
  });
  const same = resolveConfig('jsb-plain', { set: ['dataset=jsb-chorales', 'model.hidden=20'] });
  expect(same.recipe).toMatchObject({ title: 'JSB Chorales, plain tanh RNN', published: { value: 8.58 } });
});

test('every recipe that comes along resolves, with the published figure where a paper has one', () => {
  const names = listRecipes();
  expect(names).toContain('bayer2013/jsb-fast-tuned');
  const unpublished = names.filter((name) => !resolveConfig(name).recipe?.published?.source);
  // No paper trains the cells on these data, nor fast dropout on those ratings; that of 2013 derives weight noise and trains nothing with it.
  expect(
    unpublished.filter((name) => !/^jsb-cells\/|\/sentiment-fast$|\/jsb-weight-noise/.test(name)),
  ).toEqual([]);
});

test("how music of one's own is read is kept; a run from before there was a choice reads as it did", () => {
  const config = resolveConfig('music/folk', { settings: { 'music.stepsPerQuarter': 4 } });
  expect(config).toMatchObject({ music: { stepsPerQuarter: 4, damaged: 0.1, splits: 'names' } });
  const { music: _, ...older } = config as MusicConfig;
  expect(checkConfig(older, 'x')).toMatchObject({
    music: { stepsPerQuarter: null, damaged: 0.1, splits: 'hash' },
  });
  expect(() => resolveConfig('music/folk', { set: ['music.grid=4'] })).toThrow(
    refused(/known here: stepsPerQuarter, damaged, splits/),
  );
  expect(() => resolveConfig('music/folk', { set: ['music.stepsPerQuarter=7'] })).toThrow(
    refused(/expects a number of steps that divides 480, found 7/),
  );
});

const gated = resolveConfig('music/x', { settings: { 'model.cell': 'lstm' } });

test('a cell brings its defaults however it is written', () => {
  expect(gated.model).toMatchObject({ cell: 'lstm', hidden: 200, maxIncoming: null });
  for (const set of [
    ['model.cell="lstm"'],
    ["model.cell='lstm'"],
    ['model.cell=  lstm  '],
    ['model.cell=lstm # the cell of 1997'],
    ['model.cell=!!str lstm'],
    ['model.cell=&c lstm'],
    ['model.cell="\\u006cstm"'],
    ['model={cell: lstm}'],
    ['model={"cell": "lstm"}'],
    ['model={<<: {cell: lstm}}'],
    ['model.cell=rnn', 'model={cell: lstm}'],
    ['model={cell: gru}', 'model.cell=lstm'],
    [' model.cell =lstm'],
  ]) {
    expect(resolveConfig('music/x', { set })).toEqual(gated);
  }
});

test('a level and a task bring their defaults however they are written', () => {
  const char = resolveConfig('text/x', { settings: { 'text.level': 'char' } });
  expect(char.model.hidden).toBe(512);
  for (const set of [['text.level="char"'], ['text={level: char}'], ['text.level=!!str char']]) {
    expect(resolveConfig('text/x', { set })).toEqual(char);
  }
  const named = resolveConfig('text/ptb-char');
  expect(resolveConfig('text/ptb', { set: ['dataset=ptb-char'] })).toEqual(named);
  expect(resolveConfig('music/ptb-char', { set: ['task="text"'] })).toEqual(named);
});

test('the order of settings does not matter where they are of different keys', () => {
  const sets = [
    'optimizer.beta1=.8',
    'optimizer={"name": "adam"}',
    'schedule={kind: at}',
    'schedule.epochs=[3]',
    'text.level=char',
  ];
  const config = resolveConfig('text/x', { set: sets });
  expect(config.optimizer).toMatchObject({ name: 'adam', beta1: 0.8 });
  expect(resolveConfig('text/x', { set: sets.toReversed() })).toEqual(config);
});

test('a schedule and an average may be words wherever they stand, and single keys go on top', () => {
  const whole = resolveConfig('text/x', {
    set: ['schedule={kind: one-cycle, phases: [1, 2, 3, 1], momentum: [.9, .8]}', 'average.kind=tail'],
  });
  expect(whole.schedule).toEqual({
    ...{ kind: 'one-cycle', first: 0.1, last: 0, by: 'step' },
    ...{ phases: [1, 2, 3, 1], momentum: [0.9, 0.8] },
  });
  expect(whole.average).toEqual({ kind: 'tail', epochs: 10 });
  const words = 'one-cycle:phases=1/2/3/1,momentum=.9/.8';
  expect(resolveConfig('text/x', { settings: { schedule: words, average: 'tail' } })).toEqual(whole);
  expect(resolveConfig('text/x', { set: ['average=tail', `schedule=${words}`] })).toEqual(whole);
  const file = written('x.yaml', `task: text\ndataset: x\nschedule: ${words}\naverage: tail\n`);
  expect({ ...resolveConfig(file), recipe: null }).toEqual(whole);
  const set = [
    'schedule.phases=[1,2,3,1]',
    'schedule.momentum=[.9,.8]',
    'schedule=one-cycle',
    'average=tail',
  ];
  expect(resolveConfig('text/x', { set })).toEqual(whole);
  expect(resolveConfig(file, { set: ['schedule=constant'] }).schedule).toEqual({ kind: 'constant' });
  expect(resolveConfig(file, { set: ['schedule.momentum=none'] }).schedule).toMatchObject({
    ...{ phases: [1, 2, 3, 1], momentum: null },
  });
});

test.each([
  [
    'schedule=one-cycl',
    'schedule.kind expects constant or after or at or worse or warmup or linear or cosine or one-cycle (did you mean \'one-cycle\'?), found "one-cycl"',
  ],
  [
    'schedule=cosine:warmup',
    "schedule expects KIND:key=value,… such as cosine:warmup=.1, found 'cosine:warmup'",
  ],
  [
    'schedule=cosine:kind=linear',
    "schedule expects KIND:key=value,… such as cosine:warmup=.1, found 'cosine:kind=linear'",
  ],
  ['schedule=cosine:warmpu=.1', "there is no key schedule.warmpu; did you mean 'warmup'?"],
  ['schedule=cosine:warmup=1', 'schedule.warmup expects a number below 1, found 1'],
  [
    'schedule=one-cycle:phases=1/2/3',
    'schedule.phases expects four lengths (rise, full rate, fall, end), one of them above 0, found [1,2,3]',
  ],
  [
    'schedule=one-cycle:phases=0/0/0/0',
    'schedule.phases expects four lengths (rise, full rate, fall, end), one of them above 0, found [0,0,0,0]',
  ],
  ['schedule=one-cycle:momentum=.9', 'schedule.momentum expects an array, found 0.9'],
  [
    'schedule=one-cycle:momentum=.9/.8/.7',
    'schedule.momentum expects two numbers, at the first and at the full step rate, found [0.9,0.8,0.7]',
  ],
  ['schedule=one-cycle:momentum=.9/1', 'schedule.momentum.1 expects a number below 1, found 1'],
  ['schedule=linear:by=minute', 'schedule.by expects step or epoch, found "minute"'],
  ['schedule=3', 'schedule expects an object, found 3'],
  ['average=tail:epochs=0', 'average.epochs expects a number of at least 1, found 0'],
  ['average=exponential:decay=1', 'average.decay expects a number below 1, found 1'],
])('--set %s is refused', (set, sentence) => {
  expect(() => resolveConfig('text/x', { set: [set] })).toThrow(sentence);
});

test('what nt-asgd has itself, or has not, is refused with it', () => {
  const asked = (...set: string[]) => resolveConfig('text/x', { set: ['optimizer.name=nt-asgd', ...set] });
  expect(() => asked('average=tail')).toThrow(
    'average.kind expects none with optimizer.name nt-asgd, which averages by itself, found tail',
  );
  expect(() => asked('schedule=one-cycle:momentum=.9/.8')).toThrow(
    'schedule.momentum expects none with optimizer.name nt-asgd, which has no momentum, found 0.9, 0.8',
  );
  expect(asked('schedule=one-cycle').schedule).toMatchObject({ momentum: null });
});

/** A file in a directory of its own. */
function written(name: string, content: string): string {
  const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'lethe-recipe-')), name);
  fs.writeFileSync(file, content);
  return file;
}

test.each([
  [
    'anchors',
    'a.yaml',
    'task: music\ndataset: x\nmodel: { cell: &c "lstm", activation: tanh }\nrecipe: { name: *c }\n',
  ],
  ['merge keys', 'm.yaml', 'task: music\ndataset: x\nmodel:\n  <<: { cell: lstm }\n'],
  [
    'merge keys of several',
    's.yaml',
    'task: music\ndataset: x\nmodel:\n  <<: [{ cell: lstm }, { cell: gru }]\n',
  ],
  [
    'a piece that it lends',
    'l.yaml',
    'task: music\ndataset: x\nshared: &base\n  cell: lstm\nmodel:\n  <<: *base\n',
  ],
  ['tags', 't.yml', 'task: !!str music\ndataset: x\nmodel: !!map { cell: !!str lstm }\n'],
  ['JSON', 'j.json', '{"task":"music","dataset":"x","model":{"cell":"l\\u0073tm"}}'],
])('a recipe in YAML with %s has the values that it says', (_, name, content) => {
  const config = resolveConfig(written(name, content));
  expect({ ...config, recipe: null }).toEqual({ ...gated, recipe: null });
});

test('a merge key lends its values to what stands beside it', () => {
  const file = written(
    'x.yaml',
    'task: music\ndataset: x\noptimizer: &base { name: adam, stepRate: 0.5 }\ntraining: { batch: 3 }\n',
  );
  expect(
    resolveConfig(file, { set: ['optimizer={<<: {name: sgd, momentum: .5}, stepRate: 2}'] }).optimizer,
  ).toMatchObject({
    name: 'sgd',
    momentum: 0.5,
    stepRate: 2,
  });
});

const names = [
  'runs/a #2',
  'runs/a: b',
  '"quoted"',
  '[1',
  '*x',
  '&a b',
  '{a}',
  '!!str x',
  'null #',
  ' blank ',
  '.5',
  'true',
  '~',
  '- x',
];

test.each(names)('the path %j is the path, in every way to say it', (name) => {
  expect(resolveConfig('music/x', { settings: { initialWeights: name } }).initialWeights).toBe(name);
  expect(resolveConfig('music/x', { set: [`initialWeights=${name}`] }).initialWeights).toBe(name);
  expect(resolveConfig(`music/${name}`).dataset).toBe(name);
  expect(resolveConfig('music/x', { set: [`dataset=${name}`] }).dataset).toBe(name);
});

test('no weights are none, in a file and in --set, and a directory of that name has a path', () => {
  const file = written('x.yaml', 'task: music\ndataset: x\ninitialWeights: none\n');
  expect(resolveConfig(file).initialWeights).toBeNull();
  const from = written('y.yaml', 'task: music\ndataset: x\ninitialWeights: runs/a\n');
  expect(resolveConfig(from, { set: ['initialWeights=none'] }).initialWeights).toBeNull();
  expect(resolveConfig(from, { settings: { initialWeights: 'none' } }).initialWeights).toBe('none');
  expect(resolveConfig(from, { set: ['initialWeights=./none'] }).initialWeights).toBe('./none');
});

test('a method may be written in quotes or as an object in --set as well', () => {
  for (const set of ['fast:input=0.1', '"fast:input=0.1"', '{method: fast, input: .1}', ' fast:input=0.1']) {
    expect(resolveConfig('music/x', { set: [`model.dropout=${set}`] }).model.dropout.trim()).toBe(
      'fast:input=0.1',
    );
  }
});

test.each([
  [['model.hidden=[4'], /--set model\.hidden cannot be read as YAML: /],
  [['model.hidden=*x'], /--set model\.hidden cannot be read as YAML: .*x/],
  [['model.hidden=!secret 4'], /cannot be read as YAML: .*secret/],
  [['model.hidden=a: b: c'], /cannot be read as YAML/],
  [['model={hidden: 3, hidden: 4}'], /cannot be read as YAML: .*unique/],
  [['model={<<: 3}'], /cannot be read as YAML: .*[Mm]erge/],
  [[`model.hidden=${'['.repeat(20_000)}`], /cannot be read as YAML/],
  [['model.hidden=.nan'], /model\.hidden expects a number, found NaN/],
  [['optimizer.stepRate=.inf'], /optimizer\.stepRate expects a number, found Infinity/],
  [['optimizer.stepRate=-.inf'], /found -Infinity/],
  [['model.hidden=[1,.nan]'], /found \[1,NaN\]/],
  [['model.hidden='], /model\.hidden expects .*found null/],
  [['initialWeights='], /initialWeights expects some text, found ""/],
  [['dataset='], /dataset expects some text/],
  [['model=3'], /model expects an object, found 3/],
  [['model='], /model expects an object, found null/],
  [['optimizer=adam'], /optimizer expects/],
  [['optimizer.name=adm', 'optimizer.beta1=.9'], /did you mean 'adam'/],
  [['__proto__.x=1'], /no key __proto__/],
  [['model.__proto__={hidden: 3}'], /no key model\.__proto__/],
  [['model.constructor=1'], /no key model\.constructor/],
  [['model={__proto__: {hidden: 3}}'], /no key model\.__proto__/],
  [['dtype="\u001b[31m"'], /found "\\u001b\[31m"/],
  [[`dtype=${'x'.repeat(1e6)}`], /^.{0,400}$/],
])('%j is refused in one sentence', (set, message) => {
  expect(() => resolveConfig('jsb-fast', { set })).toThrow(refused(message));
});
