package dev.tollgate.upstreams.pool;

import dev.tollgate.base.conversation.ServiceTier;
import dev.tollgate.base.json.JsonOut;
import dev.tollgate.models.Count;
import dev.tollgate.models.Count.Modality;
import dev.tollgate.upstreams.media.MadeData;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An event of an upstream's answer, in the upstream's order. {@code candidate} is 0-based. */
public sealed interface UpstreamEvent {

    /** Returns whether it shows something that the operator pays for. */
    default boolean isOfUsage() {
        return this instanceof Usage
                || this instanceof Searched
                || this instanceof Located
                || this instanceof TierGranted
                || this instanceof Cost;
    }

    /** A report about the response, for the meter: no part of what a caller is shown. */
    sealed interface Report extends UpstreamEvent {}

    /** The first event, once: the model that answers and the upstream's own id of the answer, as far as they can be stored. */
    record Started(@Nullable String modelVersion, @Nullable String responseId) implements Report {
        public Started {
            modelVersion = StoredWord.of(modelVersion);
            responseId = StoredWord.of(responseId);
        }
    }

    /** @param signature thought signature on this part */
    record Thought(int candidate, String text, @Nullable String signature) implements UpstreamEvent {}

    /** @param text may be empty if the part only carries a signature */
    record Text(int candidate, String text, @Nullable String signature) implements UpstreamEvent {}

    /**
     * An image, a sound or another file that the model has made, whole or as a link.
     *
     * @param mimeType empty if the upstream does not say
     * @param data in base64; a URI if {@code linked}
     * @param signature thought signature on this part
     */
    record Media(
            int candidate,
            String mimeType,
            MadeData data,
            boolean linked,
            @Nullable String signature) implements UpstreamEvent {

        public Media(int candidate, String mimeType, String data, boolean linked, @Nullable String signature) {
            this(candidate, mimeType, MadeData.of(data), linked, signature);
        }

        public Media(int candidate, String mimeType, String data) {
            this(candidate, mimeType, data, false, null);
        }

        /** Returns whether it is audio that is here. */
        public boolean isAudio() {
            return !linked && mimeType.regionMatches(true, 0, "audio/", 0, 6);
        }

        /** Writes a data URL, or the link, into a JSON string. */
        public void writeUrl(JsonOut out) {
            if (!linked) {
                out.out().raw("data:").escaped(mimeType).raw(";base64,");
            }
            data.write(out);
        }
    }

    /**
     * A whole function call.
     *
     * @param upstreamId the upstream's own id of the call, if it has one
     * @param arguments compact JSON object, keys in the upstream's order, numbers verbatim
     */
    record ToolCall(
            int candidate,
            @Nullable String upstreamId,
            String name,
            String arguments,
            @Nullable String signature) implements UpstreamEvent {}

    /**
     * A part about one of the upstream's own tools or its result. Callers do not see it, but the next turn must send it back.
     *
     * @param part JSON as it came
     */
    record ServerTool(int candidate, String part) implements UpstreamEvent {}

    /**
     * The sources that a candidate's whole text rests on or repeats; at most once a candidate, before its {@link Finish}.
     *
     * @param citations offsets in Unicode code points over the candidate's whole text (D7, D45)
     * @param searchEntryPoint HTML that Google's terms ask to show
     * @param metadata the upstream's own object about its search (D49)
     */
    record Grounding(
            int candidate,
            List<Citation> citations,
            @Nullable String searchEntryPoint,
            @Nullable JsonNode metadata) implements UpstreamEvent {}

    /** @param tokens in OpenAI's shape: an array of {@code {token, logprob, bytes, top_logprobs}} */
    record Logprobs(int candidate, JsonNode tokens) implements UpstreamEvent {}

    /**
     * The end of a candidate.
     *
     * @param nativeReason the upstream's own word (D17)
     * @param stopSequence the text at which the upstream says that it stopped, whether requested or not; null if it names none
     */
    record Finish(
            int candidate,
            FinishReason reason,
            String nativeReason,
            @Nullable String stopSequence) implements UpstreamEvent {

        public Finish(int candidate, FinishReason reason, String nativeReason) {
            this(candidate, reason, nativeReason, null);
        }

        /** Returns whether a model that should make an image has made none: asked again, it would cost again (Y6). */
        public boolean saysNoImage() {
            return nativeReason.equals("NO_IMAGE") || nativeReason.equals("IMAGE_OTHER");
        }
    }

    /**
     * A chunk as it came, if the ask was a {@link NativeAsk} that wants it. It follows all other events of that chunk, which hold the same
     * content and are counted.
     *
     * @param chunk without usage, and without candidates that had ended before; the listener may change it
     * @param bytes the chunk's length as it came, without the files whose names stand in it
     * @param files those that have come since the chunk before
     */
    record Raw(ObjectNode chunk, int bytes, List<MadeData.Filed> files) implements UpstreamEvent {

        public Raw(ObjectNode chunk, int bytes) {
            this(chunk, bytes, List.of());
        }
    }

    /**
     * All vectors of an {@link EmbedAsk}, in the order of its inputs: JSON values in the ask's form.
     *
     * @param vectors must not be changed
     */
    record Embedded(List<byte[]> vectors) implements UpstreamEvent {}

    /**
     * Code that the upstream ran, or its output.
     *
     * @param language of code, in lower case; empty if it is not known
     */
    record RunCode(boolean isOutput, String language, String text) {

        /** Reads Google's {@code executableCode}. */
        public static RunCode code(JsonNode json) {
            String language = json.path("language").asString("").toLowerCase(Locale.ROOT);
            return new RunCode(
                    false,
                    language.equals("language_unspecified") ? "" : language,
                    json.path("code").asString(""));
        }

        /** Reads Google's {@code codeExecutionResult}. */
        public static RunCode output(JsonNode json) {
            return new RunCode(true, "", json.path("output").asString(""));
        }

        /** Returns it as fenced Markdown, for protocols that have no part for it (D49); empty for no output. */
        public String markdown() {
            return isOutput && text.isEmpty()
                    ? ""
                    : "\n```" + (isOutput ? "output" : language) + "\n" + text.stripTrailing() + "\n```\n";
        }
    }

    /** Announces that the next {@link Text} is code that the upstream ran, or its output. A protocol with a part for it shows that instead. */
    record Ran(int candidate, RunCode code) implements Report {}

    /** The prompt was refused; there are no candidates. */
    record PromptBlocked(String nativeReason) implements Report {}

    /**
     * Marks that the last usage report does not cover what follows: a chunk without usage came after a chunk with it. The coverage of a
     * report therefore does not depend on which chunks one read contained.
     */
    enum Unreported implements Report {
        FROM_HERE
    }

    /**
     * The web searches that a candidate's grounding names. The largest count of a response is what the upstream bills (P6).
     *
     * @param queries distinct non-empty queries, as Google counts them; 0 for an answer that rests on sources without naming a query
     * @param words the first of these queries, cut short, for Tollgate's own pages
     */
    record Searched(int queries, List<String> words) implements Report {

        /** Makes a report without the words. */
        public Searched(int queries) {
            this(queries, List.of());
        }
    }

    /** Marks that a candidate's grounding has a source of Google Maps; at most once a response (Y29). */
    enum Located implements Report {
        ON_MAPS
    }

    /** The service tier that the upstream says it has served the call in; the last one counts (P4). */
    record TierGranted(ServiceTier tier) implements Report {}

    /**
     * What the upstream says that it charges for the answer so far, instead of its list price; the last one counts.
     *
     * @param micros micro-credits, rounded up, or {@link #ODD}
     */
    record Cost(long micros) implements Report {

        /** Something else than an amount from 0 to a billion credits. */
        public static final long ODD = -1;

        private static final BigDecimal MICROS_A_DOLLAR = BigDecimal.valueOf(200_000_000);
        private static final BigDecimal MICROS_MAX = BigDecimal.valueOf(1_000_000_000_000_000L);

        /** Makes a cost of US dollars, 200 credits each. */
        public static Cost ofDollars(BigDecimal dollars) {
            BigDecimal micros = dollars.multiply(MICROS_A_DOLLAR);
            boolean isOdd = micros.signum() < 0 || micros.compareTo(MICROS_MAX) > 0;
            return new Cost(
                    isOdd ? ODD : micros.setScale(0, RoundingMode.CEILING).longValueExact());
        }
    }

    /**
     * Cumulative counts as the upstream reported them, unchecked (D37); {@link #ABSENT} for a count that it did not report.
     *
     * @param isAllOutput whether completion and reasoning together count all output: thoughts without a count of their own are a part of the completion
     * @param counts in the order of {@link Count#REPORTED}, of which the last ones may be missing; not to be changed
     */
    record Usage(
            long totalTokens,
            Modalities promptDetails,
            Modalities candidatesDetails,
            boolean isAllOutput,
            long... counts)
            implements Report {

        /** A count that was not reported, or was not a number. */
        public static final long ABSENT = Long.MIN_VALUE;

        public Usage {
            int given = counts.length;
            counts = Arrays.copyOf(counts, Count.REPORTED.size());
            Arrays.fill(counts, given, counts.length, ABSENT);
        }

        /** Makes a report that counts thoughts apart from the completion, or not at all. */
        public Usage(long totalTokens, Modalities promptDetails, Modalities candidatesDetails, long... counts) {
            this(totalTokens, promptDetails, candidatesDetails, false, counts);
        }

        /** Returns a count of {@link Count#REPORTED}. */
        public long of(Count count) {
            return counts[count.ordinal()];
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Usage same
                    && totalTokens == same.totalTokens
                    && promptDetails.equals(same.promptDetails)
                    && candidatesDetails.equals(same.candidatesDetails)
                    && isAllOutput == same.isAllOutput
                    && Arrays.equals(counts, same.counts);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(counts);
        }
    }

    /** Token counts by modality; 0 where not reported. */
    record Modalities(long textTokens, long imageTokens, long audioTokens, long videoTokens, long documentTokens) {
        public static final Modalities NONE = new Modalities(0, 0, 0, 0, 0);

        /** Makes counts. @param tokens in the order of {@link Modality} */
        public static Modalities of(long[] tokens) {
            return new Modalities(tokens[0], tokens[1], tokens[2], tokens[3], tokens[4]);
        }

        public long of(Modality modality) {
            return switch (modality) {
                case TEXT -> textTokens;
                case IMAGE -> imageTokens;
                case AUDIO -> audioTokens;
                case VIDEO -> videoTokens;
                case DOCUMENT -> documentTokens;
            };
        }
    }

    record Citation(int startIndex, int endIndex, String url, String title) {

        /** Returns a citation; an empty title is replaced by the URL's host. */
        public static Citation of(int startIndex, int endIndex, String url, String title) {
            return new Citation(startIndex, Math.max(startIndex, endIndex), url, title.isEmpty() ? host(url) : title);
        }

        private static String host(String url) {
            try {
                return Objects.requireNonNullElse(URI.create(url).getHost(), url);
            } catch (IllegalArgumentException notAUri) {
                return url;
            }
        }
    }

    enum FinishReason {
        STOP,
        /** The maximum of tokens was reached. */
        LENGTH,
        /** A safety filter, recitation, a forbidden language. */
        FILTERED,
        /** The upstream could not parse its own call or answer: worth a retry (D48). */
        MALFORMED,
        /** Anything else: a stop if there is output, otherwise an error. */
        OTHER
    }
}
