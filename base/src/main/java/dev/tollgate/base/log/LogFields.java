package dev.tollgate.base.log;

import org.jspecify.annotations.Nullable;

/** The fields of a log line besides its sentence. They are passed to the logger after the values of the sentence and before an error. */
public sealed interface LogFields permits LogFields.About, LogFields.Access {

    /** Returns the fields of a line about a request. */
    static About request(String requestId) {
        return new About(requestId, null, null, null, null);
    }

    static About task(String taskId) {
        return new About(null, taskId, null, null, null);
    }

    static About account(String accountId) {
        return new About(null, null, accountId, null, null);
    }

    static About channel(String channel, @Nullable String model) {
        return new About(null, null, null, model, channel);
    }

    /** Ids that are known. */
    record About(
            @Nullable String requestId,
            @Nullable String taskId,
            @Nullable String account,
            @Nullable String model,
            @Nullable String channel)
            implements LogFields {

        public About of(String model, String channel) {
            return new About(requestId, taskId, account, model, channel);
        }

        public About ofAccount(String accountId) {
            return new About(requestId, taskId, accountId, model, channel);
        }
    }

    /**
     * A request that is over: never a body, header, query or key.
     *
     * @param account empty where it is not known
     * @param route the pattern, {@code -} where there is none
     * @param status 0 where the caller has left before
     * @param millis since its head came
     * @param firstByteMillis -1 where nothing was sent
     * @param bytes of the answer, its head included
     * @param address as much of the caller's as is to be logged
     * @param code of the error that it was answered with, or null
     * @param call null where it was none that was metered
     */
    record Access(
            String requestId,
            String account,
            String method,
            String route,
            int status,
            long millis,
            long firstByteMillis,
            long bytes,
            String address,
            @Nullable String code,
            @Nullable CallNotes call)
            implements LogFields {}
}
