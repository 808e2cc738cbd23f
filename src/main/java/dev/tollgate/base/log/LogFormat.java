package dev.tollgate.base.log;

/** How lines are written: for people, or as a JSON object each. */
public enum LogFormat {
    TEXT,
    JSON
}
