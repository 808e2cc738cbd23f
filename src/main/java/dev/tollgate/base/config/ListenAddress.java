package dev.tollgate.base.config;

/** Where to listen. @param port 0: any free one */
public record ListenAddress(String host, int port) {}
