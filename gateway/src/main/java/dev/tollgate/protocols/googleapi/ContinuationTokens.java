package dev.tollgate.protocols.googleapi;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ApiException;
import dev.tollgate.base.json.Base64Text;
import dev.tollgate.base.memory.Lease;
import dev.tollgate.storage.StoreException;
import dev.tollgate.storage.secrets.SecretBox;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.pool.NativeAsk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The tokens with which callers ask for the rest of an answer (H7): the provider's own, with what its next request costs and which channel it belongs to, sealed
 * for one account and model. Nothing is stored: every server with the same secret key opens them. Thread-safe.
 */
public final class ContinuationTokens {

    private static final byte[] FORM = "tgd1".getBytes(StandardCharsets.US_ASCII);

    /** The beginning of that form in base64. */
    private static final String BEGINNING = "dGdkM";

    /** More than the longest token of ours has. */
    private static final int CHARS_MAX = 2 * HopToken.CHARS_MAX;

    /** Bytes of memory for each character of a token: its bytes, opened, and as a string. */
    private static final int COPIES = 3;

    private final SecretBox.Purpose sealing;

    public ContinuationTokens(SecretBox secrets) {
        this.sealing = secrets.purpose("continuation tokens");
    }

    /** Returns what seals the tokens of an account's answers of a model. */
    HopToken.Seal sealing(String accountId, String modelId) {
        return token -> sealed(token, accountId, modelId);
    }

    private String sealed(HopToken token, String accountId, String modelId) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(record)) {
            out.writeUTF(modelId);
            out.writeUTF(String.valueOf(token.channel()));
            out.writeLong(token.projectPlace());
            out.writeInt(token.hops());
            out.writeLong(token.outputTokens());
            out.write(token.upstreams().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        byte[] sealed = sealing.seal(record.toByteArray(), context(accountId));
        byte[] all = new byte[FORM.length + sealed.length];
        System.arraycopy(FORM, 0, all, 0, FORM.length);
        System.arraycopy(sealed, 0, all, FORM.length, sealed.length);
        return Base64.getEncoder().encodeToString(all);
    }

    /**
     * Opens a token. One of another form is the provider's, of which nothing is known.
     *
     * @param contextTokensMax the model's context
     * @param memory charged with what is opened
     * @throws ApiException 400 if it was altered, or made for another account or model; 413 or 503 if memory is short
     */
    HopToken opened(String token, String accountId, String modelId, long contextTokensMax, Lease memory) {
        if (!isOurs(token)) {
            return HopToken.unknown(token, contextTokensMax);
        }
        if (token.length() > CHARS_MAX) {
            throw foreign();
        }
        memory.take(COPIES * (long) token.length());
        String standard = Base64Text.standard(token);
        HopToken opened = standard == null ? null : opened(standard, accountId, modelId);
        if (opened == null) {
            throw foreign();
        }
        return opened;
    }

    /** Returns null if it is not ours, or of another account or model. */
    private @Nullable HopToken opened(String token, String accountId, String modelId) {
        try {
            byte[] all = Base64.getDecoder().decode(token);
            if (!Arrays.equals(all, 0, Math.min(all.length, FORM.length), FORM, 0, FORM.length)) {
                return null;
            }
            byte[] sealed = Arrays.copyOfRange(all, FORM.length, all.length);
            byte[] record = sealing.open(sealed, context(accountId));
            DataInputStream in = new DataInputStream(new ByteArrayInputStream(record));
            boolean isOfModel = in.readUTF().equals(modelId);
            HopToken opened = new HopToken(
                    in.readUTF(),
                    in.readLong(),
                    in.readInt(),
                    in.readLong(),
                    new String(in.readAllBytes(), StandardCharsets.UTF_8));
            return isOfModel ? opened : null;
        } catch (IllegalArgumentException | StoreException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns whether a token has the form of ours; only opening it shows the rest. */
    private static boolean isOurs(String token) {
        return token.stripLeading().startsWith(BEGINNING);
    }

    /** @throws ApiException 400 for a token of ours where no answer has several hops: none was made there, and no provider can read it */
    static void requireNoneOfOurs(@Nullable String token) {
        if (token != null && isOurs(token)) {
            throw foreign();
        }
    }

    private static ApiException foreign() {
        return ApiError.invalid(
                        NativeAsk.CONTINUATION,
                        "'" + NativeAsk.CONTINUATION
                                + "' was altered, or was not made by this server for this account and"
                                + " model. Send the token that came last, or none to begin the response again.")
                .asException();
    }

    private static String context(String accountId) {
        return "continuation token of " + accountId;
    }
}
