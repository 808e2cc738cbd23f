package dev.tollgate.http.engine;

import dev.tollgate.http.Caller;

record TestCaller(String accountId) implements Caller {}
