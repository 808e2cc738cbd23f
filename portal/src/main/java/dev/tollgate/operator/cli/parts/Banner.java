package dev.tollgate.operator.cli.parts;

import dev.tollgate.base.host.FileTrouble;
import dev.tollgate.base.host.FirstStartFile;
import dev.tollgate.base.host.Printable;
import dev.tollgate.base.money.Credits;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text that a start prints: a short block of addresses, sign-in and keys, a first call, then warnings.
 *
 * @param url where the server listens, see {@link #url}
 * @param upstream who answers
 * @param proxy of calls to upstreams, without credentials; null without one
 * @param demo null if there is no demo account
 * @param adminKey null unless this start has created it
 * @param operatorPassword null unless this start has created the first operator
 * @param warnings sentences, a line each
 */
public record Banner(
        String url,
        Upstream upstream,
        @Nullable String proxy,
        @Nullable Demo demo,
        @Nullable String adminKey,
        @Nullable String operatorPassword,
        List<String> warnings) {

    /** Begins the line that has the server's address. */
    public static final String PAGES = "  Pages      ";

    /** Set by the launcher, which can see it. */
    private static final String OUT_IS_TERMINAL = "tollgate.terminal.out";

    public Banner {
        warnings = List.copyOf(warnings);
    }

    /** @param sandbox whether it is the built-in one */
    public record Upstream(boolean sandbox, String url) {}

    /**
     * @param key null if it cannot be shown, since only its hash is stored
     * @param firstCall lines: a command that uses the key, and its answer; empty without a key
     */
    public record Demo(
            String accountId, long balanceMicros, @Nullable String key, List<String> firstCall) {

        public Demo {
            firstCall = List.copyOf(firstCall);
        }
    }

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

    /** Returns whether output goes to a terminal, where the operator sees it and no log stores it. */
    public static boolean outIsTerminal() {
        return Boolean.getBoolean(OUT_IS_TERMINAL);
    }

    /** Returns the text for a terminal. */
    public String text() {
        List<String> secrets = new ArrayList<>();
        if (operatorPassword != null) {
            secrets.add("  Sign in    operator");
            secrets.add("  Password   " + operatorPassword + "  (shown once)");
        }
        if (adminKey != null) {
            secrets.add("  Admin key  " + adminKey + "  (for /admin, shown once)");
        }
        return text(secrets, warnings);
    }

    /**
     * Returns the text for an output that a journal may keep: secrets go into a file.
     *
     * @param data the folder of that file
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
        FirstStartFile file = new FirstStartFile(data);
        try {
            file.write(secrets);
            return text(
                    List.of("  Sign in    operator; " + secretNames() + " in " + file.path()
                            + " until the first sign-in"),
                    warnings);
        } catch (IOException e) {
            List<String> all = new ArrayList<>(warnings);
            all.add(file.path() + " cannot be written (" + FileTrouble.of(e) + "), so " + secretNames()
                    + " lost. For another password run ./tollgate operator reset");
            return text(List.of(), all);
        }
    }

    private String secretNames() {
        if (operatorPassword == null) {
            return "the admin key is";
        }
        return adminKey == null ? "the password is" : "the password and the admin key are";
    }

    private String text(List<String> secrets, List<String> warnings) {
        List<String> lines = new ArrayList<>();
        lines.add(
                upstream.sandbox()
                        ? "Tollgate is running. The built-in sandbox answers. To use Gemini, set GEMINI_API_KEY."
                        : "Tollgate is running. Answers come from " + upstream.url());
        lines.add("");
        lines.add(PAGES + url);
        if (proxy != null) {
            lines.add("  Proxy      " + proxy + "  (to upstreams, Stripe and the sign-in provider)");
        }
        lines.addAll(secrets);
        if (demo != null) {
            addDemo(lines, demo);
        }
        if (!warnings.isEmpty()) {
            lines.add("");
            warnings.forEach(warning -> lines.add("warning: " + warning));
        }
        return lines.stream().map(line -> Printable.line(line) + "\n").collect(Collectors.joining());
    }

    private static void addDemo(List<String> lines, Demo demo) {
        String account = "account " + demo.accountId() + ", " + Credits.text(demo.balanceMicros()) + " credits";
        if (demo.key() == null) {
            lines.add("  API key    shown at the first start (" + account + ")");
            lines.add("             create another: ./tollgate key create --account " + demo.accountId());
            return;
        }
        lines.add("  API key    " + demo.key());
        lines.add("             " + account);
        if (!demo.firstCall().isEmpty()) {
            lines.add("");
            lines.addAll(demo.firstCall());
        }
    }
}
