package dev.tollgate.customers.roles;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.log.Event;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.Unit;
import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The right to make a change was lost before it was committed; nothing of it was. */
public final class RightLost extends Unit.Refused {

    private static final long serialVersionUID = 1;
    private static final Logger log = LoggerFactory.getLogger(RightLost.class);
    private static final Duration COME_BACK = Duration.ofSeconds(1);

    RightLost() {
        super("the right was lost since the request was let in");
    }

    /**
     * Does the work of a request of a management key or an operator.
     *
     * @param what is read or written, for the log
     * @throws dev.tollgate.base.error.ApiException if the key was deleted in the meantime, or the database does not respond
     */
    public static <T> T answering(String what, Supplier<T> work) {
        try {
            return work.get();
        } catch (StoreException e) {
            if (e.getCause() instanceof RightLost) {
                throw ApiError.of(ErrorCode.INVALID_API_KEY, sentence("The API key was deleted or disabled."))
                        .asException();
            }
            log.warn(
                    Event.STORE_UNAVAILABLE,
                    "{} could not be read or written; answered 503: {}",
                    what,
                    e.getMessage(),
                    e.getCause());
            throw ApiError.of(
                            ErrorCode.INTERNAL_ERROR,
                            sentence(
                                    "The database is not responding. Check whether the change took effect, then try again if it did not."))
                    .withStatus(503)
                    .retryAfter(COME_BACK)
                    .asException();
        }
    }
}
