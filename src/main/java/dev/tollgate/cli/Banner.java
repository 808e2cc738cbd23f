package dev.tollgate.cli;

import dev.tollgate.host.Printable;
import dev.tollgate.money.Credits;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the start tells, as a text.
 *
 * @param url where the server listens, see {@link #url}
 * @param upstream who answers
 * @param demo null: there is no demo account
 * @param adminKey null unless this start has made it
 * @param operatorPassword null unless this start has made the first operator
 * @param warnings sentences, a line each
 */
public record Banner(
        String url,
        Upstream upstream,
        @Nullable Demo demo,
        @Nullable String adminKey,
        @Nullable String operatorPassword,
        List<String> warnings) {

    private static final String EXAMPLE_MODEL = "gemini-2.5-pro";

    public Banner {
        warnings = List.copyOf(warnings);
    }

    /** @param sandbox whether it is the built-in one */
    public record Upstream(boolean sandbox, String url) {}

    /** @param key null where it cannot be shown: only its hash is kept */
    public record Demo(
            String accountId, long balanceMicros, @Nullable String key) {}

    /** The URL under which a server can be called from this machine. */
    public static String url(String host, int port) {
        String reachable =
                switch (host) {
                    case "0.0.0.0", "" -> "127.0.0.1";
                    case "::", "[::]" -> "[::1]";
                    default -> host.contains(":") && !host.startsWith("[") ? "[" + host + "]" : host;
                };
        return "http://" + reachable + ":" + port;
    }

    public String text() {
        List<String> lines = new ArrayList<>();
        warnings.forEach(warning -> lines.add("warning: " + warning));
        lines.add("Tollgate listens on " + url);
        lines.add(upstreamLine());
        if (adminKey != null) {
            lines.add("Admin key (for /admin, shown this once): " + adminKey);
        }
        if (operatorPassword != null) {
            lines.add("The pages: " + url + " - sign in as operator with the password (shown this once): "
                    + operatorPassword);
        } else {
            lines.add("The pages: " + url);
        }
        if (demo != null) {
            addDemo(lines, demo);
        }
        return lines.stream().map(line -> Printable.line(line) + "\n").collect(Collectors.joining());
    }

    private String upstreamLine() {
        return upstream.sandbox()
                ? "The built-in sandbox answers (" + upstream.url() + "); set GEMINI_API_KEY to ask Gemini."
                : "Answers come from " + upstream.url();
    }

    private void addDemo(List<String> lines, Demo demo) {
        lines.add("Demo account " + demo.accountId() + " with " + Credits.text(demo.balanceMicros()) + " credits");
        if (demo.key() == null) {
            lines.add("Its key was shown at the first start; another: ./tollgate key create --account "
                    + demo.accountId());
            return;
        }
        lines.add("Demo key: " + demo.key());
        lines.add("Try:");
        lines.add(curl(demo.key()));
    }

    // One line, so that it can be pasted anywhere; nothing in it needs quoting for a shell.
    private String curl(String key) {
        return "curl " + url + "/v1/chat/completions -H 'Authorization: Bearer " + key
                + "' -H 'Content-Type: application/json' -d '{\"model\": \"" + EXAMPLE_MODEL
                + "\", \"messages\": [{\"role\": \"user\", \"content\": \"Explain quantum computing in simple terms\"}]}'";
    }
}
