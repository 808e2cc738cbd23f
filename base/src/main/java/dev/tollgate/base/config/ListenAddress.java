package dev.tollgate.base.config;

/** An address to listen on. @param port 0: any free one */
public record ListenAddress(String host, int port) {}
