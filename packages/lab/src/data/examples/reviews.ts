/**
 * The embedded reviews (corpus/reviews.csv): short English opinions, labelled positive or negative, put together from phrases by a
 * seed. Whether a word praises hangs on what stands around it: it is negated, expected and not met, taken back, or somebody else's
 * opinion. So a bag of words gets a part of them right and a network that reads in order nearly all; a few say neither, with a label
 * by chance, so that something is left to be unsure about.
 */
import { type Draws, draws } from './draws.ts';

/** The seed of the file. */
export const reviewsSeed = 2025;
export const reviewsCount = 1500;

/** The text of the file. */
export function makeReviews(seed = reviewsSeed, count = reviewsCount): string {
  const draw = draws(seed);
  const lines: string[] = [];
  const seen = new Set<string>();
  while (lines.length < count) {
    const isPositive = draw.chance(0.5);
    const text = review(draw, isPositive);
    if (seen.has(text)) continue;
    seen.add(text);
    lines.push(`"${text}",${isPositive ? 'positive' : 'negative'}`);
  }
  return `text,label\n${lines.join('\n')}\n`;
}

// --- internal ---

const places = [
  'café',
  'hotel',
  'museum',
  'bakery',
  'ferry',
  'campsite',
  'library',
  'cinema',
  'workshop',
  'market',
  'garden',
  'train',
];
const things = [
  'the soup',
  'the staff',
  'the room',
  'the view',
  'the bread',
  'the service',
  'the music',
  'the price',
  'the coffee',
  'the tour',
  'the bed',
  'the lighting',
  'the guide',
  'the waiting time',
  'the menu',
  'the noise level',
  'the heating',
  'the film',
  'the seat',
];
/** Words that praise. */
export const good = [
  'good',
  'lovely',
  'excellent',
  'charming',
  'great',
  'pleasant',
  'superb',
  'delightful',
  'fine',
  'wonderful',
  'impressive',
  'flawless',
];
/** Words that blame. */
export const bad = [
  'bad',
  'awful',
  'poor',
  'dreadful',
  'terrible',
  'tiring',
  'dull',
  'miserable',
  'weak',
  'horrible',
  'disappointing',
  'careless',
];
const people = [
  'my sister',
  'a friend',
  'the man at the next table',
  'our neighbour',
  'my colleague',
  'the newspaper',
  'an old guidebook',
  'my uncle',
];
const openings = [
  'we went there on a Tuesday',
  'it rained the whole afternoon',
  'I had come by bicycle',
  'there were four of us',
  'it was the week after Easter',
  'we had booked by telephone',
  'I sat by the window',
  'they had just repainted the door',
  'the bus had been late',
  'I stayed about two hours',
];
const closings = [
  'there is a stop right in front',
  'they take cards',
  'dogs are allowed',
  'it closes at six',
  'the entrance is round the corner',
  'the tables are made of oak',
  'parking is across the street',
  'on Mondays it is shut',
  'the sign is blue',
  'I paid in cash',
];
const very = ['', '', 'really ', 'quite ', 'truly ', 'rather ', 'simply '];
const not = ['not', 'never', 'hardly', 'by no means', 'anything but'];

/** Ways to say what one thinks; `is` has the word of the opinion, `isnt` of its opposite. */
const verdicts: readonly ((draw: Draws, is: readonly string[], isnt: readonly string[]) => string)[] = [
  (draw, is) => `${draw.pick(things)} was ${draw.pick(very)}${draw.pick(is)}`,
  (draw, is) => `${draw.pick(things)} was ${draw.pick(is)} and ${draw.pick(things)} was ${draw.pick(is)} too`,
  (draw, _, isnt) => `${draw.pick(things)} was ${draw.pick(not)} ${draw.pick(isnt)}`,
  (draw, _, isnt) => `nobody could call ${draw.pick(things)} ${draw.pick(isnt)}`,
  (draw, is, isnt) =>
    `I expected ${draw.pick(things)} to be ${draw.pick(isnt)}, but it was ${draw.pick(very)}${draw.pick(is)}`,
  (draw, is, isnt) =>
    `${draw.pick(things)} may look ${draw.pick(isnt)}, yet in the end it was ${draw.pick(is)}`,
  (draw, is, isnt) =>
    `${draw.pick(things)} was ${draw.pick(isnt)} at first and ${draw.pick(is)} from then on`,
  (draw, is, isnt) =>
    `${draw.pick(people)} says that ${draw.pick(things)} is ${draw.pick(isnt)}; I found it ${draw.pick(is)}`,
  (draw, is, isnt) => `what I thought ${draw.pick(isnt)} on the first day turned out ${draw.pick(is)}`,
  (draw, is, isnt) => `${draw.pick(things)} was not ${draw.pick(isnt)}, it was ${draw.pick(is)}`,
];

/** Of a twenty-fifth nobody can know. */
const shrugs = 0.04;

function review(draw: Draws, isPositive: boolean): string {
  const [is, isnt] = isPositive ? [good, bad] : [bad, good];
  const verdict = draw.chance(shrugs)
    ? `${draw.pick(things)} was neither ${draw.pick(good)} nor ${draw.pick(bad)}`
    : draw.pick(verdicts)(draw, is, isnt);
  const place = draw.chance(0.3) ? `about the ${draw.pick(places)}: ` : '';
  const opening = draw.chance(0.5) ? `${draw.pick(openings)}, and ` : '';
  const closing = draw.chance(0.5) ? `. ${draw.pick(closings)}` : '';
  return sentences(`${place}${opening}${verdict}${closing}.`);
}

/** Capitals where sentences begin. */
const sentences = (text: string): string =>
  text.replace(/(^|\. )(\p{Ll})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
