package dev.tollgate.upstreams.media;

/** The files of media have reached their ceiling, or the disk took no more. Ours to mend, not the caller's. */
final class NoRoom extends Exception {

    NoRoom(String message, @org.jspecify.annotations.Nullable Throwable cause) {
        super(message, cause);
    }
}
