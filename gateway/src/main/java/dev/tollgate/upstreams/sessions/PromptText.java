package dev.tollgate.upstreams.sessions;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import org.jspecify.annotations.Nullable;

/**
 * The text of a call's prompt, and how many tokens it may have: by the account's last counted prompt on that model, else a quarter of its bytes. For
 * counts that callers see (E44, E45); what is charged is never estimated so (D19).
 *
 * @param bytes in UTF-8
 * @param isPlain whether the prompt is all text, so that the tokens of others can be estimated by its own
 */
public record PromptText(@Nullable Ratios ratios, String accountId, String modelId, long bytes, boolean isPlain) {

    private static final int BYTES_PER_TOKEN = 4;

    /** The bytes of the shortest prompt by which others are estimated. */
    private static final int BYTES_MIN = 4 * 1024;

    /** The last counted prompts of accounts on models. Owns what all loops share: thread-safe. */
    public static final class Ratios {

        private static final int KEPT_MAX = 10_000;

        private final Cache<Key, Ratio> kept =
                Caffeine.newBuilder().maximumSize(KEPT_MAX).build();
    }

    private record Key(String accountId, String modelId) {}

    private record Ratio(long tokens, long bytes) {}

    /** Returns a text of which nothing more is known. */
    public static PromptText of(long bytes) {
        return new PromptText(null, "", "", bytes, false);
    }

    /** Returns about how many tokens the text has, rounded up. */
    public long tokens() {
        Ratio ratio = ratios == null ? null : ratios.kept.getIfPresent(new Key(accountId, modelId));
        return ratio == null ? Math.ceilDiv(bytes, BYTES_PER_TOKEN) : Math.ceilDiv(bytes * ratio.tokens, ratio.bytes);
    }

    /** Notes the upstream's count of the prompt. */
    public void counted(long tokens) {
        if (ratios != null && isPlain && bytes >= BYTES_MIN && tokens > 0) {
            ratios.kept.put(new Key(accountId, modelId), new Ratio(tokens, bytes));
        }
    }
}
