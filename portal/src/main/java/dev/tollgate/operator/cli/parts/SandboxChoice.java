package dev.tollgate.operator.cli.parts;

import java.nio.file.Path;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The options of a sandbox that is started alone.
 *
 * @param port 0 takes any free one
 * @param seed what answers are drawn from
 * @param script a file with answers, or null
 * @param paceMillis the pause before each event
 * @param fileMillis how long an uploaded file is processed
 * @param now what its clock says at the start, from where it goes on; null for the real time
 */
public record SandboxChoice(
        String host,
        int port,
        long seed,
        @Nullable Path script,
        long paceMillis,
        long fileMillis,
        @Nullable Instant now) {

    private static final String MODEL = "gemini-2.5-pro";

    /** Returns the text that the start prints. */
    public static String banner(String url) {
        return """
                The sandbox speaks the Gemini protocol on %1$s
                Any key is good that does not start with "invalid". For Google's clients: GOOGLE_GEMINI_BASE_URL=%1$s
                Try:
                curl %1$s/v1beta/models/%2$s:generateContent -H 'x-goog-api-key: any' -H 'Content-Type: application/json' -d '{"contents": [{"parts": [{"text": "Explain quantum computing in simple terms"}]}]}'
                """.formatted(url, MODEL);
    }
}
