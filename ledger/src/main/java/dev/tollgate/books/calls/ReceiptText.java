package dev.tollgate.books.calls;

import dev.tollgate.base.json.CanonicalJson;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.books.calls.CallDetails.Bill;
import dev.tollgate.models.Count;
import dev.tollgate.models.Usage;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A receipt of form 3 in its canonical form (RFC 8785) without the signature, rendered from the row of its call, the name of the signing key and the
 * hash of the receipt before (B8). It reads nothing that can change, and the form never changes: receipts are hashed and signed in it, so that a
 * change would break every chain that exists.
 */
public final class ReceiptText {

    /** The hash before the first receipt. */
    public static final String NO_HASH = "0".repeat(64);

    private static final int DECIMALS = 3;

    /** RFC 3339 in UTC with milliseconds, always three digits of them (D42). */
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(DECIMALS).toFormatter();

    /** The digest of each thread. Creating one costs more than most of its uses. */
    private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(ReceiptText::made);

    private ReceiptText() {}

    public static String time(Instant instant) {
        return TIME.format(instant);
    }

    /** Returns a hash in lower-case hex. @param hash null before the first receipt */
    public static String hex(byte @Nullable [] hash) {
        return hash == null ? NO_HASH : HexFormat.of().formatHex(hash);
    }

    /** Returns the SHA-256 of a canonical text. */
    public static byte[] hash(Utf8Buffer text) {
        MessageDigest digest = SHA_256.get();
        digest.update(text.array(), 0, text.size());
        return digest.digest();
    }

    private static MessageDigest made() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * Writes the receipt of a charge. The names are in the RFC's order.
     *
     * @param room what it holds is lost
     * @param call charged; its number, its labels and its receipt's hash are not read
     * @param signingKeyId the key that signs it
     * @param previousHash of the receipt before, in hex
     */
    public static void write(Utf8Buffer room, EndedCall call, String signingKeyId, String previousHash) {
        Bill bill = Objects.requireNonNull(call.details().bill());
        room.clear();
        room.raw("{\"account\":");
        quoted(room, call.accountId())
                .raw(",\"balance_after_micros\":")
                .number(call.balanceAfterMicros())
                .raw(",\"charge_micros\":")
                .number(call.chargedMicros());
        counts(room, bill.usage());
        room.raw(",\"due_micros\":")
                .number(bill.dueMicros())
                .raw(",\"end\":\"")
                .raw(end(call.chargedMicros(), bill.dueMicros()))
                .raw("\",\"form\":3");
        String paidBy = call.paidBy();
        if (paidBy != null) {
            quoted(room.raw(",\"grants\":"), paidBy);
        }
        room.raw(",\"held_micros\":").number(call.heldMicros());
        quoted(room.raw(",\"key\":"), call.keyId());
        quoted(room.raw(",\"key_id\":"), signingKeyId);
        quoted(room.raw(",\"model\":"), call.model());
        quoted(room.raw(",\"previous_hash\":"), previousHash);
        quoted(room.raw(",\"price_version\":"), bill.price());
        quoted(room.raw(",\"priced_at\":"), time(bill.pricedAt()));
        room.raw(",\"sequence\":").number(call.receipts());
        room.raw(",\"step\":").number(bill.stepTokens());
        quoted(room.raw(",\"task_id\":"), call.id());
        quoted(room.raw(",\"tier\":"), bill.usage().tier().word());
        quoted(room.raw(",\"time\":"), time(call.endedAt()));
        room.raw('}');
    }

    /** Returns the relation of a charge to the price of its counts: whole, cut (more of the hold is charged) or shortfall. */
    private static String end(long chargedMicros, long dueMicros) {
        return chargedMicros == dueMicros ? "whole" : chargedMicros > dueMicros ? "cut" : "shortfall";
    }

    private static void counts(Utf8Buffer room, Usage usage) {
        room.raw(",\"counts\":{\"audio_tokens\":")
                .number(usage.of(Count.AUDIO))
                .raw(",\"cached_audio_tokens\":")
                .number(usage.of(Count.CACHED_AUDIO))
                .raw(",\"cached_tokens\":")
                .number(usage.cachedTokens())
                .raw(",\"completion_tokens\":")
                .number(usage.candidatesTokens())
                .raw(some("maps", usage.of(Count.MAPS)))
                .raw(some("output_image_tokens", usage.imagesWithinOutput()))
                .raw(",\"prompt_tokens\":")
                .number(usage.promptTokens())
                .raw(",\"reasoning_tokens\":")
                .number(usage.thoughtsTokens())
                .raw(",\"searches\":")
                .number(usage.searches())
                .raw(",\"tool_tokens\":")
                .number(usage.of(Count.TOOLS))
                .raw('}');
    }

    /** Returns the member of a count that is newer than the form of receipts; empty for 0. */
    private static String some(String name, long count) {
        return count == 0 ? "" : ",\"" + name + "\":" + count;
    }

    private static Utf8Buffer quoted(Utf8Buffer room, String text) {
        return isPlain(text) ? room.raw('"').raw(text).raw('"') : room.raw(canonical(text));
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                return false;
            }
        }
        return true;
    }

    private static byte[] canonical(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2);
        CanonicalJson.append(out, text);
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }
}
