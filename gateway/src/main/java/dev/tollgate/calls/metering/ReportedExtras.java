package dev.tollgate.calls.metering;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.calls.metering.Bounds.UsageLimits;
import dev.tollgate.models.Count;
import dev.tollgate.models.Rate;
import dev.tollgate.models.Usage;
import dev.tollgate.upstreams.pool.UpstreamEvent;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The searches, Google Maps, the service tier and the parts of the prompt with own rates, as an upstream reported them (P4, P6). Confined to its call. */
final class ReportedExtras {

    private static final int NO_SEARCH = -1;

    private final UsageLimits limits;
    private final Set<UsageFlag> flags;

    private int queries = NO_SEARCH;
    private boolean hasMaps;
    private @Nullable ServiceTier granted;

    /** @param flags receives what is odd about the reports */
    ReportedExtras(UsageLimits limits, Set<UsageFlag> flags) {
        this.limits = limits;
        this.flags = flags;
    }

    /** The largest count of any event counts: each repeats the queries so far. */
    void searched(UpstreamEvent.Searched event) {
        queries = Math.max(queries, event.queries());
    }

    void located() {
        hasMaps = true;
    }

    void granted(UpstreamEvent.TierGranted event) {
        granted = event.tier();
    }

    /** Returns the tier to print: as granted if the upstream has reported it, else as charged. */
    ServiceTier answered() {
        return granted == null ? charged() : granted;
    }

    /** Returns the tier that was granted, never a dearer one than asked; if none was reported, the cheaper of asked and standard. */
    private ServiceTier charged() {
        ServiceTier asked = limits.extras().tier();
        return limits.tariff().tiers().cheaper(granted == null ? ServiceTier.STANDARD : granted, asked);
    }

    /**
     * Returns the searches: the queries, or 1 for a grounded answer without queries, within the call's limit. Sources without queries are pages if the
     * provider may read some.
     */
    private int searches() {
        int most = limits.extras().searchesMax();
        boolean mayBePages = most == 0 || !limits.extras().tools().equals(Extras.Tools.NONE);
        if (queries == NO_SEARCH || queries == 0 && mayBePages) {
            return 0;
        }
        if (limits.tariff().has(Rate.SEARCH)) {
            if (queries == 0) {
                flags.add(UsageFlag.ESTIMATED);
            }
            if (queries > most) {
                flags.add(UsageFlag.CLAMPED);
            }
        }
        return Math.min(most, Math.max(1, queries));
    }

    /**
     * Returns the usage of some counts.
     *
     * @param prompt tokens of the prompt, within its limit; {@code toolUse} tokens of tools
     * @param text visible output that is text
     */
    Usage usage(ReportedCounts counts, long prompt, long toolUse, long candidates, long thoughts, long text) {
        long cached = within(prompt, counts.of(Count.CACHED));
        long audio = within(prompt, counts.of(Count.AUDIO));
        boolean isPriced =
                limits.tariff().has(Rate.AUDIO_INPUT) || limits.tariff().has(Rate.CACHED_AUDIO_INPUT);
        if (isPriced) {
            audio = within(limits.extras().audioTokensMax(), audio);
        }
        long cachedAudio = cachedAudio(counts, cached, audio, isPriced);
        if (isPriced) {
            audio = cachedAudio + within(prompt - cached, audio - cachedAudio);
        }
        return new Usage(
                charged(),
                prompt,
                toolUse,
                candidates,
                thoughts,
                cached,
                cachedAudio,
                audio,
                within(prompt - audio, counts.of(Count.IMAGE)),
                text,
                searches(),
                0,
                hasMaps ? limits.extras().tools().maps() : 0);
    }

    /**
     * Returns the part of the audio that is cached: by the upstream's own detail; without one nothing.
     *
     * @param isPriced whether the charge depends on it, so that an odd report is flagged; the cost may depend on it at any rate
     */
    private long cachedAudio(ReportedCounts counts, long cached, long audio, boolean isPriced) {
        if (!counts.has(Count.CACHED_AUDIO)) {
            if (isPriced && cached > 0 && audio > 0) {
                flags.add(UsageFlag.ESTIMATED);
            }
            return 0;
        }
        long whole = Math.min(cached, audio);
        return isPriced ? within(whole, counts.of(Count.CACHED_AUDIO)) : Math.min(whole, counts.of(Count.CACHED_AUDIO));
    }

    /** Limits a part to its whole, so that printed counts add up and fit a receipt. */
    long within(long whole, long part) {
        if (part > whole) {
            flags.add(UsageFlag.CLAMPED);
        }
        return Math.clamp(part, 0, whole);
    }
}
