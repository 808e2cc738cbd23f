package dev.tollgate.http;

record TestCaller(String accountId) implements Caller {}
