/** Words as a sentence: a capital at the beginning, a full stop at the end. */
export const sentence = (words: string): string => `${words[0].toUpperCase()}${words.slice(1)}.`;
