package dev.tollgate.upstreams.pool;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The origins of the signatures that a caller sends back itself, as far as they are known. Each signature is valid only for the model and
 * channel that made it (D50). Immutable.
 */
public final class SignatureOrigins {

    public static final SignatureOrigins NONE = new SignatureOrigins(Map.of(), null);

    /**
     * @param channel the name of the channel that made it
     * @param model the upstream's name of the model that made it
     * @param callId the id that the channel gave the signed call; null if it gave none
     */
    public record Origin(
            String channel, String model, @Nullable String callId) {}

    private final Map<String, Origin> bySignature;
    private final @Nullable String preferredChannel;
    private final boolean noneIsGood;

    /**
     * @param bySignature known signatures as the caller wrote them
     * @param preferredChannel the channel that made the latest signature valid for the model; null if there is none
     */
    public SignatureOrigins(Map<String, Origin> bySignature, @Nullable String preferredChannel) {
        this(bySignature, preferredChannel, false);
    }

    private SignatureOrigins(Map<String, Origin> bySignature, @Nullable String preferredChannel, boolean noneIsGood) {
        this.bySignature = Map.copyOf(bySignature);
        this.preferredChannel = preferredChannel;
        this.noneIsGood = noneIsGood;
    }

    /** Returns these origins after an upstream has rejected a signature without naming it: no signature is sent. */
    SignatureOrigins withoutSignatures() {
        return new SignatureOrigins(bySignature, preferredChannel, true);
    }

    /** Returns whether an upstream has refused the signatures, or the lack of one. */
    public boolean isRefused() {
        return noneIsGood;
    }

    public @Nullable String preferredChannel() {
        return preferredChannel;
    }

    /** Returns whether a signature may be sent on a channel to an upstream model. Unknown signatures are sent at the caller's risk. */
    public boolean isGood(String signature, String channel, String model) {
        if (noneIsGood) {
            return false;
        }
        Origin origin = bySignature.get(signature);
        return origin == null
                || (origin.model().equals(model) && origin.channel().equals(channel));
    }

    /** Returns whether a channel is known to have given a signed call its current id. */
    public boolean isOwnId(String signature, String id, String channel) {
        Origin origin = bySignature.get(signature);
        return origin != null && origin.channel().equals(channel) && id.equals(origin.callId());
    }
}
