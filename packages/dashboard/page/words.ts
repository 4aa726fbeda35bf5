/** Numbers, times and columns as people read them. */
import { shortNumber } from '@lethe/lab/scales';
import { type Cell, timeText } from '../src/shared/cells.ts';
import { about } from './state.ts';

const own: Record<string, string> = {
  name: 'run',
  path: 'path',
  state: 'state',
  task: 'task',
  epoch: 'epochs',
  bestEpoch: 'best epoch',
  seconds: 'time',
  created: 'made',
  study: 'study',
  step: 'steps',
  stepRate: 'step rate',
  averaged: 'averaged steps',
  metric: 'metric',
  ownValid: 'valid',
  ownTest: 'test',
};

/** What a column is called: `valid perplexity`, `model.hidden`. */
export function columnWords(key: string): string {
  if (Object.hasOwn(own, key)) return own[key];
  const [, split, metric] = /^(train|valid|test|gap)\.(.+)$/.exec(key) ?? [];
  if (metric === undefined) return key.replace(/^observe\./, '');
  return `${split} ${about.value.words[metric]?.label ?? metric.replaceAll('_', ' ')}`;
}

/** Of a metric, with its unit. */
export const metricWords = (metric: string): string =>
  about.value.words[metric]?.label ?? metric.replaceAll('_', ' ');

export const betterOf = (key: string): 'lower' | 'higher' | undefined =>
  about.value.words[key.replace(/^\w+\./, '')]?.better;

export function cellText(key: string, cell: Cell): string {
  if (cell === undefined) return '–';
  if (cell === null) return key.includes('.') && /^(train|valid|test)\./.test(key) ? 'not finite' : 'none';
  if (key === 'seconds' && typeof cell === 'number') return duration(cell);
  if (key === 'metric') return metricWords(String(cell));
  if (key === 'created') return timeText(String(cell));
  if (typeof cell === 'number')
    return Number.isInteger(cell) ? String(cell) : shortNumber(cell, undefined, 5);
  return String(cell);
}

export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours} h ${minutes} min` : `${minutes} min ${whole % 60} s`;
}
