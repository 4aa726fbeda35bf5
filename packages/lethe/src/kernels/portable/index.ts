/**
 * The portable engine: every kernel of the contract in plain TypeScript, for browsers, for machines without a
 * compiler, and as the oracle of the native engine. Works on float32 and on float64 arrays.
 */
import type { Engine } from '../contract/engine.ts';
import { attentionBackward, attentionForward } from './attention.ts';
import { common } from './common.ts';
import { deepRnnBackward, deepRnnForward } from './deep-rnn.ts';
import { gruBackward, gruForward } from './gru.ts';
import { lstmBackward, lstmForward } from './lstm.ts';
import { momentsDeepRnnBackward, momentsDeepRnnForward } from './moments-deep-rnn.ts';
import { momentsGruBackward, momentsGruForward } from './moments-gru.ts';
import { momentsLstmBackward, momentsLstmForward } from './moments-lstm.ts';
import { momentsRnnBackward, momentsRnnForward } from './moments-rnn.ts';
import { nadeBackward, nadeForward } from './nade.ts';
import { rnnBackward, rnnForward } from './rnn.ts';
import { transferBackward, transferForward } from './transfer.ts';

export const portable: Engine = {
  ...common,
  rnnForward,
  rnnBackward,
  deepRnnForward,
  deepRnnBackward,
  momentsDeepRnnForward,
  momentsDeepRnnBackward,
  momentsRnnForward,
  momentsRnnBackward,
  lstmForward,
  lstmBackward,
  gruForward,
  gruBackward,
  momentsLstmForward,
  momentsLstmBackward,
  momentsGruForward,
  momentsGruBackward,
  nadeForward,
  nadeBackward,
  attentionForward,
  attentionBackward,
  transferForward,
  transferBackward,
};
