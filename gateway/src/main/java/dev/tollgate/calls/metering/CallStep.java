package dev.tollgate.calls.metering;

/** A step in the course of a call, in the order in which they are taken. */
public enum CallStep {
    /** The meter has the call: read, translated, admitted. */
    STARTED,
    /** The media are loaded, and the reservation is requested. */
    RESERVING,
    /** The hold is decided. */
    RESERVED,
    /** The first request to an upstream was sent. */
    ASKED,
    /** The first events came. */
    HEARD,
    /** The first part of the answer was handed to the caller; never before its end for an answer that leaves in one piece. */
    SHOWN,
    /** Nothing more was to come. */
    DONE,
    /** The end was offered to the books. */
    OFFERED,
    OVER
}
