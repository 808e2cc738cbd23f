package dev.tollgate.calls.metering;

import dev.tollgate.base.error.Shortage;
import dev.tollgate.base.json.Utf8Buffer;
import dev.tollgate.base.json.WrittenJson;
import dev.tollgate.books.tasks.TaskResult;
import dev.tollgate.http.ErrorBudget;
import dev.tollgate.upstreams.pool.AttemptRecord;
import dev.tollgate.upstreams.pool.SentCall;
import dev.tollgate.upstreams.sessions.CacheUse;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * The course of a call as its task keeps it, in plain ASCII except for the name of a team, never longer than a task has room for. Written once, in the
 * order of the methods.
 */
final class CourseJson {

    /** Names come from the operator's file; those that are longer are cut. */
    private static final int NAME_CHARS_MAX = 64;

    /** The most that one attempt takes. */
    private static final int TRY_CHARS_MAX = 256;

    /** Room for the names of fields without effect, which callers choose. */
    private static final int IGNORED_CHARS_MAX = 192;

    /** The most that the names of fields without effect take with their member, and the end. */
    private static final int REST_CHARS_MAX = IGNORED_CHARS_MAX + 100;

    /** The most that the use of the cache takes, and the end. */
    private static final int CACHE_CHARS_MAX = 300;

    private final Utf8Buffer json = Utf8Buffer.scratch();

    /** @param requestId empty if the call did not come by HTTP */
    CourseJson(String requestId) {
        json.raw("{\"request_id\":").string(cut(requestId));
    }

    /** @param settledMicros when the end goes to the books */
    CourseJson steps(CallSteps steps, long settledMicros) {
        step("reserved", steps.at(CallStep.RESERVED));
        step("asked", steps.at(CallStep.ASKED));
        step("first_byte", steps.at(CallStep.HEARD));
        step("done", steps.at(CallStep.DONE));
        step("settled", settledMicros);
        return this;
    }

    /** @param millis see {@link dev.tollgate.books.rollups.CallFigures#timedMillis} */
    CourseJson timed(long millis) {
        json.raw(",\"timed\":").number(millis);
        return this;
    }

    private void step(String name, long micros) {
        if (micros != CallSteps.NEVER) {
            json.raw(",\"").raw(name).raw("\":").number(micros);
        }
    }

    /** @param upstreamId the upstream's own id of the answer, or null */
    CourseJson upstream(String channel, String model, @Nullable String upstreamId) {
        json.raw(",\"channel\":").string(channel);
        json.raw(",\"upstream_model\":").string(model);
        if (upstreamId != null) {
            json.raw(",\"upstream_id\":").string(cut(upstreamId));
        }
        return this;
    }

    /** @param filter the provider's word for the filter that has stopped the answer, or null */
    CourseJson answer(boolean streamed, @Nullable String filter) {
        json.raw(streamed ? ",\"stream\":true" : ",\"stream\":false");
        if (filter != null) {
            json.raw(",\"filter\":").string(cut(filter));
        }
        return this;
    }

    CourseJson compaction(boolean compacts) {
        json.raw(compacts ? ",\"compaction\":true" : "");
        return this;
    }

    /** Writes the limit or budget that has cut the response, without a name that has no room. @param limit null if none has */
    CourseJson stoppedBy(Shortage.@Nullable OfLimit limit) {
        if (limit != null) {
            ObjectNode its = ErrorBudget.of(limit).without("needed");
            if (!member("stopped_by", its)) {
                member("stopped_by", its.without("name"));
            }
        }
        return this;
    }

    private boolean member(String name, ObjectNode its) {
        byte[] value = its.toString().getBytes(StandardCharsets.UTF_8);
        boolean fits = json.size() + value.length <= TaskResult.COURSE_BYTES_MAX - REST_CHARS_MAX;
        if (fits) {
            json.raw(",\"").raw(name).raw("\":").raw(value);
        }
        return fits;
    }

    CourseJson ignored(List<String> fields) {
        if (!fields.isEmpty()) {
            json.raw(",\"ignored\":[");
            names(fields);
            json.raw("]");
        }
        return this;
    }

    private void names(List<String> fields) {
        int most = json.size() + IGNORED_CHARS_MAX;
        Set<String> told = new HashSet<>();
        for (String field : fields) {
            String name = cut(field);
            if (told.contains(name)) {
                continue;
            }
            boolean fits = json.size() + name.length() <= most;
            json.raw(told.isEmpty() ? "" : ",").string(fits ? name : "...");
            told.add(name);
            if (!fits) {
                break;
            }
        }
    }

    boolean hasRoomForCache() {
        return json.size() <= TaskResult.COURSE_BYTES_MAX - CACHE_CHARS_MAX;
    }

    CourseJson cache(CacheUse cache) {
        json.raw(",\"cache\":{\"session\":").string(cache.session());
        json.raw(",\"expected_tokens\":").number(cache.expectedTokens());
        json.raw(",\"cached_tokens\":").number(cache.cachedTokens());
        if (cache.miss() != null) {
            json.raw(",\"reason\":").string(cache.miss().word());
        }
        if (cache.changedAt() != null) {
            json.raw(",\"at\":").string(cut(cache.changedAt()));
        }
        if (cache.idleSeconds() != null) {
            json.raw(",\"idle_seconds\":").number(cache.idleSeconds());
        }
        if (cache.savedMicros() != null && cache.missedMicros() != null) {
            json.raw(",\"saved\":").credits(cache.savedMicros());
            json.raw(",\"missed\":").credits(cache.missedMicros());
        }
        json.raw('}');
        return this;
    }

    /** Writes the attempts that there is room for, and the end. */
    WrittenJson attempts(List<SentCall> sent) {
        json.raw(",\"attempts\":[");
        boolean isFirst = true;
        for (SentCall call : sent) {
            for (AttemptRecord tried : call.tried()) {
                if (json.size() > TaskResult.COURSE_BYTES_MAX - TRY_CHARS_MAX) {
                    break;
                }
                attempt(json.raw(isFirst ? "{" : ",{"), tried);
                isFirst = false;
            }
        }
        return json.raw("]}").written();
    }

    private static void attempt(Utf8Buffer json, AttemptRecord tried) {
        json.raw("\"channel\":").string(cut(tried.channel()));
        json.raw(",\"model\":").string(cut(tried.model()));
        json.raw(",\"ms\":").number(tried.millis());
        json.raw(",\"outcome\":").string(tried.outcome()).raw("}");
    }

    /** Characters that need more room in JSON are not worth it here. */
    static String cut(String name) {
        int chars = Math.min(name.length(), NAME_CHARS_MAX);
        StringBuilder plain = null;
        for (int i = 0; i < chars; i++) {
            char it = name.charAt(i);
            if (it < ' ' || it > '~' || it == '"' || it == '\\') {
                plain = plain == null ? new StringBuilder(name) : plain;
                plain.setCharAt(i, '?');
            }
        }
        return plain == null ? name.substring(0, chars) : plain.substring(0, chars);
    }
}
