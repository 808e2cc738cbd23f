package dev.tollgate.upstreams.signatures;

import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Encrypts signatures for their account and print, so that one read in another row does not open. Thread-safe. */
final class SignatureSeal {

    private static final Logger log = LoggerFactory.getLogger(Signatures.class);

    /** Part of each key; never to be changed. */
    private static final String PURPOSE = "thought signatures";

    private final SecretBox.Purpose sealing;

    SignatureSeal(SecretBox secrets) {
        this.sealing = secrets.purpose(PURPOSE);
    }

    @Nullable
    String closed(@Nullable String signature, String accountId, String print) {
        if (signature == null) {
            return null;
        }
        byte[] sealed = sealing.seal(signature.getBytes(StandardCharsets.UTF_8), context(accountId, print));
        return Base64.getEncoder().encodeToString(sealed);
    }

    /** Returns the signature; null if it cannot be opened, which is logged. */
    @Nullable
    String opened(String sealed, String accountId, String print) {
        try {
            byte[] bytes = Base64.getDecoder().decode(sealed);
            return new String(sealing.open(bytes, context(accountId, print)), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | StoreException e) {
            log.warn("a kept signature cannot be opened and is lost: {}", e.getMessage());
            return null;
        }
    }

    private static String context(String accountId, String print) {
        return "thought signature " + print + " of " + accountId;
    }
}
