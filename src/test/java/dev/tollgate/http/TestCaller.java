package dev.tollgate.http;

record TestCaller(String accountId, String keyId, String keyPrefix) implements Caller {}
