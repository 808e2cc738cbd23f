// Temml is a classic script. As a module, which needs no policy for the address of a script, it has to say its name.
globalThis.temml = temml;
