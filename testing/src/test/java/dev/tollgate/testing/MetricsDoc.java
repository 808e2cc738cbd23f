package dev.tollgate.testing;

import static dev.tollgate.testing.Asserts.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The texts about metrics outside the program: manual, alert rules, dashboard. */
public final class MetricsDoc {

    private static final Path MANUAL = Path.of("docs/monitoring.md");
    private static final String BEGIN = "<!-- metrics -->\n";
    private static final String END = "<!-- /metrics -->\n";
    private static final Path ALERTS = Path.of("deploy/prometheus/alerts.yml");
    private static final List<Path> ALERTS_TESTS = List.of(
            Path.of("deploy/prometheus/alerts.test.yml"), Path.of("deploy/prometheus/alerts-of-hours.test.yml"));
    private static final Path DASHBOARD = Path.of("deploy/grafana/tollgate.json");
    private static final Pattern NAME = Pattern.compile("\\b(?:tollgate|gen_ai_client|jvm|process)_[a-z0-9_]+");
    private static final Pattern ALERT = Pattern.compile("alert: (\\w+)");
    private static final Pattern ALERT_TEST = Pattern.compile("alertname: (\\w+)\\n *exp_alerts:\\n");
    private static final String NO_PROMTOOL = "not run: promtool, which the package prometheus brings, is not there";

    private MetricsDoc() {}

    /** Checks the table of metrics; {@code -Ddocs.write=true} writes it. */
    public static void checkTable(Map<String, String> metrics) throws IOException {
        StringBuilder table = new StringBuilder("| Metric | Meaning |\n|---|---|\n");
        metrics.forEach((name, help) ->
                table.append("| `").append(name).append("` | ").append(help).append(" |\n"));
        String manual = Files.readString(MANUAL);
        int begin = manual.indexOf(BEGIN) + BEGIN.length();
        int end = manual.indexOf(END);
        if (Boolean.getBoolean("docs.write")) {
            Files.writeString(MANUAL, manual.substring(0, begin) + table + manual.substring(end));
            return;
        }
        assertThat(manual.substring(begin, end)).isEqualTo(table.toString());
    }

    /** @param known all names that are scraped */
    public static void checkNames(Set<String> known) throws IOException {
        String asked = Files.readString(ALERTS) + String.join("\n", expressions());
        Set<String> unknown = new TreeSet<>();
        NAME.matcher(asked.replaceAll("(by|on) \\([^)]*\\)", "")).results().forEach(it -> {
            String name = it.group();
            if (!known.contains(name) && !known.contains(name.replaceAll("_(bucket|sum|count)$", ""))) {
                unknown.add(name);
            }
        });
        assertThat(unknown).isEmpty();
        assertThat(expressions()).hasSizeGreaterThan(20);
        String manual = Files.readString(MANUAL);
        StringBuilder tests = new StringBuilder();
        for (Path file : ALERTS_TESTS) {
            tests.append(Files.readString(file));
        }
        assertThat(names(ALERT, Files.readString(ALERTS)))
                .isNotEmpty()
                .isEqualTo(names(ALERT_TEST, tests))
                .allSatisfy(alert -> assertThat(manual).contains("`" + alert + "`"));
    }

    private static Set<String> names(Pattern pattern, CharSequence text) {
        Set<String> names = new TreeSet<>();
        pattern.matcher(text).results().forEach(it -> names.add(it.group(1)));
        return names;
    }

    private static List<String> expressions() throws IOException {
        List<String> expressions = new ArrayList<>();
        for (JsonNode panel :
                JsonMapper.shared().readTree(Files.readString(DASHBOARD)).get("panels")) {
            panel.path("targets")
                    .forEach(target -> expressions.add(target.get("expr").asString()));
        }
        return expressions;
    }

    public static void checkText(String text) throws IOException, InterruptedException {
        Path file = Files.createTempFile("tollgate-metrics", ".txt");
        try {
            Files.writeString(file, text);
            run(new ProcessBuilder(promtool(), "check", "metrics").redirectInput(file.toFile()));
        } finally {
            Files.delete(file);
        }
    }

    public static void checkRules() throws IOException, InterruptedException {
        String promtool = promtool();
        Path rules = Files.createTempFile("tollgate-dashboard", ".yml");
        try {
            StringBuilder text = new StringBuilder("groups:\n  - name: dashboard\n    rules:\n");
            int number = 0;
            for (String expression : expressions()) {
                String plain = expression.replace("$__rate_interval", "5m").replace("$instance", "a");
                text.append("      - {record: 'a:b:")
                        .append(number++)
                        .append("', expr: '")
                        .append(plain)
                        .append("'}\n");
            }
            Files.writeString(rules, text);
            run(new ProcessBuilder(promtool, "check", "rules", ALERTS.toString(), rules.toString()));
        } finally {
            Files.delete(rules);
        }
        for (Path tests : ALERTS_TESTS) {
            run(new ProcessBuilder(promtool, "test", "rules", tests.toString()));
        }
    }

    private static String promtool() {
        String found = Stream.of(System.getenv().getOrDefault("PATH", "").split(":"))
                .map(folder -> Path.of(folder, "promtool"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst()
                .orElse("");
        assumeTrue(!found.isEmpty(), NO_PROMTOOL);
        return found;
    }

    private static void run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }
}
