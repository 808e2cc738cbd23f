'use strict';
// Portkey's gateway listens on every address of the machine and has no setting for it; a benchmark is for this machine alone.
const { Server } = require('node:net');

const listen = Server.prototype.listen;

Server.prototype.listen = function onLoopback(port, ...others) {
  return listen.call(this, port, '127.0.0.1', ...others.filter((other) => typeof other === 'function'));
};
