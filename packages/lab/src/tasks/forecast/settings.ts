/** What a configuration leaves open, found from the series: horizon, context, season, lags, calendar. */
import type { Frequency } from '../../data/tables/series-types.ts';
import type { CalendarName } from './calendar.ts';
import { calendarOf } from './calendar.ts';
import type { ForecastSettings } from './config.ts';

/** The settings with nothing left open. */
export interface Resolved extends ForecastSettings {
  horizon: number;
  context: number;
  season: number;
  seasons: number;
  means: number[];
  lags: number[];
  calendar: CalendarName[];
}

/** What is known of the data where a setting is found. */
export interface Found {
  frequency: Frequency;
  /** what the file or a published set says */
  horizon?: number;
  season?: number;
  /** steps of the longest series */
  longest: number;
  /** whether there are dates */
  dated: boolean;
}

/** Settles what is open; what was said stays. */
export function resolveSettings(settings: ForecastSettings, found: Found): Resolved {
  const { frequency, longest, dated } = found;
  const horizon =
    settings.horizon === 'auto'
      ? (found.horizon ?? Math.max(1, Math.min(horizonOf(frequency), Math.floor(longest / 5))))
      : settings.horizon;
  const season = settings.season === 'auto' ? (found.season ?? frequency.season) : settings.season;
  const seasons = settings.seasons === 'auto' ? (season > 1 ? 8 : 1) : settings.seasons;
  const context =
    settings.context === 'auto'
      ? Math.min(336, Math.max(Math.ceil(1.5 * horizon), 3 * season, 16), Math.max(1, longest - horizon))
      : settings.context;
  const lags =
    settings.lags === 'auto'
      ? lagsOf(frequency, horizon, season).filter((lag) => lag + horizon <= longest)
      : [...new Set(settings.lags)].sort((a, b) => a - b);
  const means =
    settings.means === 'auto'
      ? frequency.name === 'hourly' && season === 24
        ? [24, 168]
        : []
      : settings.means;
  const calendar = settings.calendar === 'auto' ? (dated ? calendarOf(frequency) : []) : settings.calendar;
  return { ...settings, horizon, context, season, seasons, means, lags, calendar };
}

// --- internal ---

/** Horizons of the M4 competition (Makridakis et al. 2020); of finer grids a day, of other numbers ten. */
function horizonOf({ name, unit, count, season }: Frequency): number {
  const known: Record<string, number> = {
    hourly: 48,
    daily: 14,
    'business days': 14,
    weekly: 13,
    monthly: 18,
    quarterly: 8,
    yearly: 6,
  };
  return known[name] ?? (unit === 'millisecond' && count < 3_600_000 ? Math.max(12, season) : 10);
}

/** Whole seasons from the horizon on, and of dated series a year. */
function lagsOf({ unit, count, name }: Frequency, horizon: number, season: number): number[] {
  const step = season > 1 ? season : Math.max(1, Math.ceil(horizon / 4));
  const first = Math.ceil(horizon / step) * step;
  const near = [0, 1, 2].map((k) => first + k * step);
  const week = name === 'hourly' && season === 24 ? [168, 336].filter((lag) => lag >= horizon) : [];
  const day = 86_400_000;
  const year =
    unit === 'month'
      ? 12 / count
      : unit === 'business day'
        ? 261
        : unit === 'millisecond' && count % day === 0
          ? Math.round(365 / (count / day) / season) * season
          : 0;
  const far = year >= horizon && year > season ? [year, year + season] : [];
  return [...new Set([...near, ...week, ...far])].filter((lag) => lag >= 1).sort((a, b) => a - b);
}
