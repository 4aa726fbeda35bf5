// From what a failed build said to its cause and its remedy.

/**
 * One sentence that names the true cause and what to do, and the last lines of the build where they say more.
 * @param text what node-gyp and the compilers printed
 * @param found the compiler, whether the build was configured, which programs there are, and the command that builds
 */
export function causeOf(text, found) {
  const known = causes.find(({ shows, when = () => true }) => shows.test(text) && when(found));
  const again = `then build with \`${found.command}\``;
  if (known) {
    const { cause, remedy, details } = known;
    return {
      reason: `${cause(found)}; ${remedy(found)}, ${again}`,
      details: details ? lastLines(text) : '',
    };
  }
  const what = found.configured ? `${named(found)} failed` : 'node-gyp could not prepare the build';
  return { reason: `${what}; see the lines that it printed, ${again}`, details: lastLines(text) };
}

const named = ({ compiler }) => compiler.version ?? compiler.name ?? 'the C++ compiler';

/** In order: what comes first in a build, and what explains what follows, stands first. */
const causes = [
  {
    shows: /Could not find any Python installation|find Python.*(not found|is not set)/s,
    when: ({ configured }) => !configured,
    cause: () => 'the build needs Python 3.8 or later, which node-gyp runs on, and found none',
    remedy: (found) => installing(found, 'python3'),
  },
  {
    shows: /no space left on device|ENOSPC/i,
    cause: () => 'no space is left on the device',
    remedy: () => 'make room (about 50 MB, and as much in the folder for temporary files)',
  },
  {
    shows: /EACCES|EROFS|Permission denied|Read-only file system/,
    cause: () => 'the build may not write where it wants to',
    remedy: () => 'give write permission to the folder of @lethe/native and to the cache of node-gyp',
  },
  {
    shows:
      /network connectivity|getaddrinfo|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|fetch failed|response downloading|network (timeout|error)/i,
    when: ({ configured }) => !configured,
    cause: () => 'the header files of Node.js are neither here nor could they be fetched from nodejs.org',
    remedy: () =>
      'connect to the network, or name the folder of a Node.js with include/node in npm_config_nodedir',
  },
  {
    shows: /node_api\.h: No such file|'node_api\.h' file not found/,
    cause: () => 'the header files of Node.js are incomplete: node_api.h is missing',
    remedy: () =>
      'install those of this version, or name the folder of a Node.js with include/node in npm_config_nodedir',
  },
  {
    shows: /not found: g?make|spawn g?make ENOENT/,
    cause: () => 'the build needs make, which is not on the path',
    remedy: (found) => installing(found, 'make'),
  },
  {
    shows: /^/,
    when: ({ compiler }) => compiler.name === undefined,
    cause: () => 'there is no C++ compiler: neither g++ nor clang++ is on the path',
    remedy: (found) => installing(found, 'g++'),
  },
  {
    shows: /(make|sh|env)(\[\d+\])?: .*(not found|No such file or directory)|Error 127/,
    when: ({ configured, compiler }) => configured && compiler.version === undefined,
    cause: (found) => `the C++ compiler '${found.compiler.name}' does not run`,
    remedy: () => 'set CXX to one that does',
  },
  {
    shows: /fatal error: '?[a-z_/]+(\.h)?'?( file not found|: No such file)/,
    cause: (found) => `${named(found)} lacks the header files of the C++ or C library`,
    remedy: (found) => installing(found, 'g++'),
    details: true,
  },
  {
    shows: /Killed( signal)?|out of memory|virtual memory exhausted|Cannot allocate memory/i,
    cause: () => 'the compiler ran out of memory; one takes about 450 MB',
    remedy: () => 'set JOBS=1 so that one runs at a time',
  },
  {
    shows:
      /unrecognized (command[- ]line|argument)|unknown argument|unsupported (option|argument)|invalid value '.*' in '-std|unknown target CPU|is not a valid target|not declared in this scope|does not name a type|use of undeclared identifier/,
    cause: (found) => `${named(found)} does not know what the kernels are written in`,
    remedy: () => 'use GCC 11 or Clang 14, or a later one (CXX names it)',
    details: true,
  },
];

/** How this system installs a program, and what else is not there. */
function installing({ isOnPath, compiler }, program) {
  if (process.platform === 'darwin') return 'install the command-line tools (xcode-select --install)';
  const others = { make: isOnPath('make'), 'g++': compiler.name !== undefined };
  const programs = [program, ...Object.keys(others).filter((name) => name !== program && !others[name])];
  const manager = managers.find(({ name }) => isOnPath(name));
  if (!manager) return `install ${programs.join(', ')}`;
  const packages = programs.map((name) => manager.packages?.[name] ?? name);
  return `install ${programs.length > 1 ? 'them' : 'it'} (${manager.name} ${manager.verb} ${packages.join(' ')})`;
}

const managers = [
  { name: 'apt-get', verb: 'install' },
  { name: 'dnf', verb: 'install', packages: { 'g++': 'gcc-c++' } },
  { name: 'apk', verb: 'add' },
  { name: 'pacman', verb: '-S', packages: { 'g++': 'gcc', python3: 'python' } },
];

function lastLines(text) {
  return text
    .trim()
    .split('\n')
    .filter((line) => !/^gyp (ERR!|info) (cwd|node -v|node-gyp -v|System|command)/.test(line))
    .slice(-12)
    .map((line) => (line.length > 300 ? `${line.slice(0, 300)}…` : line))
    .join('\n');
}
