package dev.tollgate.upstreams.pool;

import static dev.tollgate.testing.Asserts.assertThat;

import dev.tollgate.testing.Randomly;
import dev.tollgate.upstreams.hops.HopToken;
import dev.tollgate.upstreams.hops.Hops;
import dev.tollgate.upstreams.pool.UpstreamEvent.FinishReason;
import dev.tollgate.upstreams.pool.UpstreamEvent.Modalities;
import dev.tollgate.upstreams.pool.UpstreamEvent.Usage;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What a hop's tokens say and where it ends an answer, against a slow calculator of its own (H7, H8). */
class HopEventsTest {

    private static final int HISTORIES = 100_000;
    private static final long CONTEXT = 1_048_576;
    private static final long HOP = 65_536;
    private static final JsonMapper JSON = new JsonMapper();
    private static final String AT_MOST = "A".repeat(HopToken.CHARS_MAX);
    private static final String TOO_LONG = AT_MOST + "A";
    private static final ModelRoute ROUTE = route();

    /** What a chunk is: all that counts of it, apart from the code that reads it. */
    private record Chunk(
            boolean speaks,
            long @Nullable [] counts,
            @Nullable String token,
            @Nullable String reason) {}

    /** What a chunk becomes. */
    private record Shown(@Nullable HopToken token, @Nullable String reason) {}

    @Test
    void random_hops_end_and_count_as_reckoned() {
        Randomly.run(HISTORIES, random -> {
            Long asked = random.nextBoolean() ? null : Long.valueOf(1 + random.nextLong(400_000));
            HopToken from = random.nextInt(3) == 0
                    ? null
                    : new HopToken("a", 7, random.nextInt(12), random.nextLong(CONTEXT + 1), token(random));
            List<Chunk> chunks = new ArrayList<>();
            for (int left = 1 + random.nextInt(5); left > 0; left--) {
                chunks.add(chunk(random));
            }
            assertThat(shown(chunks, asked, from))
                    .as("%s %s %s", asked, from, chunks)
                    .isEqualTo(reckoned(chunks, asked, from));
        });
    }

    private static Chunk chunk(Random random) {
        long[] counts = random.nextInt(3) == 0 ? null : new long[] {count(random), count(random)};
        String[] reasons = {"CONTINUATION", "CONTINUATION", "MAX_TOKENS", "STOP"};
        return new Chunk(
                random.nextBoolean(),
                counts,
                random.nextInt(3) == 0 ? null : token(random),
                random.nextInt(3) == 0 ? reasons[random.nextInt(reasons.length)] : null);
    }

    private static long count(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> Usage.ABSENT;
            case 1 -> -1 - random.nextInt(9);
            case 2 -> Long.MAX_VALUE - random.nextInt(9);
            case 3 -> 0;
            case 4 -> random.nextLong(2 * CONTEXT);
            default -> random.nextInt(70_000);
        };
    }

    private static String token(Random random) {
        return switch (random.nextInt(40)) {
            case 0 -> TOO_LONG;
            case 1 -> AT_MOST;
            case 2 -> "";
            default -> "token " + random.nextInt(3);
        };
    }

    // ---- the slow calculator ----

    private static List<Shown> reckoned(List<Chunk> chunks, @Nullable Long asked, @Nullable HopToken from) {
        long whole = asked == null ? 262_144 : asked;
        long needed = (whole + HOP - 1) / HOP;
        int number = from == null ? 1 : from.hops() + 1;
        BigInteger most = null;
        boolean spoke = false;
        List<Shown> shown = new ArrayList<>();
        for (Chunk chunk : chunks) {
            spoke |= chunk.speaks();
            BigInteger here = sum(chunk.counts());
            most = here == null ? most : most == null ? here : most.max(here);
            boolean hasWritten = most == null ? spoke : most.signum() > 0;
            String token = chunk.token();
            boolean goesOn = token != null
                    && !token.isEmpty()
                    && token.length() <= 1 << 20
                    && (from == null || !from.upstreams().equals(token))
                    && hasWritten
                    && number < 2 * needed + 2;
            long before = from == null ? 0 : from.outputTokens();
            BigInteger output = here == null
                    ? BigInteger.valueOf(CONTEXT)
                    : BigInteger.valueOf(before).add(most);
            shown.add(new Shown(
                    goesOn
                            ? new HopToken(
                                    "a",
                                    7,
                                    number,
                                    output.min(BigInteger.valueOf(CONTEXT)).longValueExact(),
                                    token)
                            : null,
                    !goesOn && "CONTINUATION".equals(chunk.reason()) ? "MAX_TOKENS" : chunk.reason()));
        }
        return shown;
    }

    /** Returns what a chunk reports of its hop's output; null if it reports nothing that can be. */
    private static @Nullable BigInteger sum(long @Nullable [] counts) {
        BigInteger sum = BigInteger.ZERO;
        if (counts == null) {
            return null;
        }
        for (long count : counts) {
            if (count < 0 && count != Usage.ABSENT) {
                return null;
            }
            sum = sum.add(BigInteger.valueOf(Math.max(0, count)));
        }
        return sum;
    }

    // ---- the events ----

    private static List<Shown> shown(List<Chunk> chunks, @Nullable Long asked, @Nullable HopToken from) {
        List<HopToken> sealed = new ArrayList<>();
        HopToken.Seal seal = token -> {
            sealed.add(token);
            return "sealed " + (sealed.size() - 1);
        };
        Hops hops = new Hops(asked, HOP, 262_144, CONTEXT, from, seal);
        HopEvents events = new HopEvents(hops, ROUTE);
        List<Shown> shown = new ArrayList<>();
        for (Chunk chunk : chunks) {
            List<UpstreamEvent> seen = events.sealed(List.copyOf(events(chunk)));
            ObjectNode raw = ((UpstreamEvent.Raw) seen.getLast()).chunk();
            String token = raw.at("/candidates/0/continuationToken").asString(null);
            String reason = raw.at("/candidates/0/finishReason").asString(null);
            shown.add(new Shown(
                    token == null ? null : sealed.get(Integer.parseInt(token.substring("sealed ".length()))), reason));
            assertThat(seen.stream()
                            .filter(UpstreamEvent.Finish.class::isInstance)
                            .map(it -> ((UpstreamEvent.Finish) it).nativeReason())
                            .toList())
                    .isEqualTo(reason == null ? List.of() : List.of(reason));
        }
        return shown;
    }

    private static List<UpstreamEvent> events(Chunk chunk) {
        List<UpstreamEvent> events = new ArrayList<>();
        if (chunk.counts() != null) {
            events.add(new Usage(
                    0, Modalities.NONE, Modalities.NONE, 10, Usage.ABSENT, chunk.counts()[0], chunk.counts()[1]));
        }
        if (chunk.speaks()) {
            events.add(new UpstreamEvent.Text(0, "So", null));
        }
        if (chunk.reason() != null) {
            events.add(new UpstreamEvent.Finish(
                    0, chunk.reason().equals("STOP") ? FinishReason.STOP : FinishReason.LENGTH, chunk.reason()));
        }
        ObjectNode raw = JSON.createObjectNode();
        ObjectNode candidate = raw.putArray("candidates").addObject().put("index", 0);
        if (chunk.token() != null) {
            candidate.put("continuationToken", chunk.token());
        }
        if (chunk.reason() != null) {
            candidate.put("finishReason", chunk.reason());
        }
        events.add(new UpstreamEvent.Raw(raw, 100));
        return events;
    }

    private static ModelRoute route() {
        ChannelSpec spec = new ChannelSpec("a", "fake", 1, 1, Map.of("m", "up"), () -> new Channel() {
            @Override
            public String name() {
                return "a";
            }

            @Override
            public String provider() {
                return "far";
            }

            @Override
            public PreparedAsk prepare(Ask ask) {
                throw new AssertionError("nobody asks");
            }
        });
        PooledChannel channel = new PooledChannel("a", "fake", spec.opening());
        return new ModelRoute(channel, "m", "up", 1, 1, 512, 7, 8, false, true, channel.resting("up", false), null);
    }
}
