// As temml-shared.js says it.
globalThis.hljs = hljs;
