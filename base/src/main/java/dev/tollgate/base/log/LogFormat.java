package dev.tollgate.base.log;

/** The form of log lines: for people, or as a JSON object each. */
public enum LogFormat {
    TEXT,
    JSON
}
