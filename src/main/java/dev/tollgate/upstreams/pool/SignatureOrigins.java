package dev.tollgate.upstreams.pool;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who made the signatures that a caller sends back itself, as far as that is known: each is good only for the model and the channel that
 * made it (D50). Immutable.
 */
public final class SignatureOrigins {

    public static final SignatureOrigins NONE = new SignatureOrigins(Map.of(), null);

    /**
     * @param channel the name of the channel that made it
     * @param model the upstream's name of the model that made it
     * @param callId the id that the channel gave the call with it; null where it gave none
     */
    public record Origin(
            String channel, String model, @Nullable String callId) {}

    private final Map<String, Origin> bySignature;
    private final @Nullable String preferredChannel;
    private final boolean noneIsGood;

    /**
     * @param bySignature as the caller wrote them; without those that nobody here has seen
     * @param preferredChannel who made the latest one that is good for the model; null where nobody did
     */
    public SignatureOrigins(Map<String, Origin> bySignature, @Nullable String preferredChannel) {
        this(bySignature, preferredChannel, false);
    }

    private SignatureOrigins(Map<String, Origin> bySignature, @Nullable String preferredChannel, boolean noneIsGood) {
        this.bySignature = Map.copyOf(bySignature);
        this.preferredChannel = preferredChannel;
        this.noneIsGood = noneIsGood;
    }

    /** The same where an upstream has refused one of them, whichever it was. */
    SignatureOrigins withoutSignatures() {
        return new SignatureOrigins(bySignature, preferredChannel, true);
    }

    public @Nullable String preferredChannel() {
        return preferredChannel;
    }

    /** Whether a signature may be sent on a channel to an upstream's model; what nobody here has seen is the caller's affair. */
    public boolean isGood(String signature, String channel, String model) {
        if (noneIsGood) {
            return false;
        }
        Origin origin = bySignature.get(signature);
        return origin == null
                || (origin.model().equals(model) && origin.channel().equals(channel));
    }

    /** Whether a channel is known to have given a signed call the id that it has now. */
    public boolean isOwnId(String signature, String id, String channel) {
        Origin origin = bySignature.get(signature);
        return origin != null && origin.channel().equals(channel) && id.equals(origin.callId());
    }
}
