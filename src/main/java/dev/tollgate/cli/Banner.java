package dev.tollgate.cli;

import dev.tollgate.host.FileTrouble;
import dev.tollgate.host.FirstStartFile;
import dev.tollgate.host.Printable;
import dev.tollgate.money.Credits;
import java.io.IOException;
import java.nio.file.Path;
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

    /** Set by the launcher, which can see it. */
    private static final String OUT_IS_TERMINAL = "tollgate.terminal.out";

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

    /** Whether whoever started the program sees what it prints, and nobody keeps it. */
    public static boolean outIsTerminal() {
        return Boolean.getBoolean(OUT_IS_TERMINAL);
    }

    /** As told on a terminal. */
    public String text() {
        List<String> lines = new ArrayList<>(head());
        if (adminKey != null) {
            lines.add("Admin key (for /admin, shown this once): " + adminKey);
        }
        if (operatorPassword != null) {
            lines.add("The pages: " + url + " - sign in as operator with the password (shown this once): "
                    + operatorPassword);
        } else {
            lines.add("The pages: " + url);
        }
        return text(lines);
    }

    /**
     * As told where a journal may keep what is printed: what is told once goes into a file.
     *
     * @param data the folder that the file lies in
     */
    public String text(Path data) {
        List<String> secrets = new ArrayList<>();
        if (operatorPassword != null) {
            secrets.addAll(List.of("The pages: " + url, "Sign in as: operator", "Password: " + operatorPassword));
        }
        if (adminKey != null) {
            secrets.add(FirstStartFile.ADMIN_KEY + adminKey);
        }
        if (outIsTerminal() || secrets.isEmpty()) {
            return text();
        }
        List<String> lines = new ArrayList<>(head());
        lines.add("The pages: " + url);
        FirstStartFile file = new FirstStartFile(data);
        try {
            file.write(secrets);
            String told = told();
            lines.add(Character.toUpperCase(told.charAt(0)) + told.substring(1)
                    + (operatorPassword != null && adminKey != null ? " are in " : " is in ") + file.path()
                    + ", until the operator signs in");
        } catch (IOException e) {
            lines.add("warning: " + file.path() + " cannot be written (" + FileTrouble.of(e) + "), so nobody knows "
                    + told() + "; ./tollgate operator reset makes another password");
        }
        return text(lines);
    }

    private String told() {
        if (operatorPassword == null) {
            return "the admin key";
        }
        return adminKey == null ? "the operator's password" : "the operator's password and the admin key";
    }

    private List<String> head() {
        List<String> lines = new ArrayList<>();
        warnings.forEach(warning -> lines.add("warning: " + warning));
        lines.add("Tollgate listens on " + url);
        lines.add(upstreamLine());
        return lines;
    }

    private String text(List<String> lines) {
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
