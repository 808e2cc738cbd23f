package dev.tollgate.http.client;

import dev.tollgate.base.words.Sentence;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Posts to addresses that customers name, which lead to public hosts alone. Thread-safe; blocks. */
public interface PublicPost {

    /**
     * Returns what is wrong with a URL as it is written, in words that follow the field's name; null if nothing is. A name is not looked up: the
     * answer would list the names of a private network.
     */
    @Nullable
    Sentence complaint(String url);

    /**
     * Posts a body.
     *
     * @param accountId whose turn it takes to look the host up
     * @return the status of the response; 0 if there is none in time, or the host is not public
     */
    int post(String accountId, String url, Map<String, String> headers, byte[] body) throws InterruptedException;

    /** Returns the host of a URL that was accepted, without the path, which may be a secret. */
    String host(String url);
}
