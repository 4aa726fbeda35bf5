/** Everything public: a name that two entry points export does not compile here. */
export * from './dropout.ts';
export * from './engine.ts';
export * from './index.ts';
export * from './moments.ts';
