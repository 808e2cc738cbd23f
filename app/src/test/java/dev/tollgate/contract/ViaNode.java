package dev.tollgate.contract;

import dev.tollgate.testing.Gateway;
import dev.tollgate.testing.NodePackages;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client in JavaScript: {@code app/src/test/npm/clients.mjs} reads one question a line and prints one answer a line. The packages are installed when
 * they are first needed; without Node.js the tests that need it say that they could not run.
 */
final class ViaNode implements ForeignClient.Driver {

    private static final JsonMapper JSON = new JsonMapper();

    /** One line to the script. */
    record Line(String client, String baseUrl, String key, boolean leaves, Question question) {}

    /**
     * One process for all of them, since most of its work is to load the packages. It ends with the tests, when its standard input does.
     *
     * <p>One question at a time.
     */
    private static final class Script {

        private static final Script ONE = begin();

        private final BufferedWriter questions;
        private final BufferedReader answers;

        private Script(Process process) {
            questions = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
            answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        }

        private static Script begin() {
            ProcessBuilder script = new ProcessBuilder(NodePackages.node(), "clients.mjs")
                    .directory(NodePackages.installed().toFile())
                    .redirectError(ProcessBuilder.Redirect.INHERIT);
            script.environment().putAll(Map.of("AI_SDK_LOG_WARNINGS", "false", "NO_COLOR", "1"));
            try {
                return new Script(script.start());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized String exchanged(Line line) {
            try {
                questions.write(JSON.writeValueAsString(line) + "\n");
                questions.flush();
                String answer = answers.readLine();
                if (answer == null) {
                    throw new AssertionError("the script of JavaScript clients has ended; it says why above");
                }
                return answer;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final Gateway gateway;
    private final String client;

    /** @param client its name in the script */
    ViaNode(Gateway gateway, String client) {
        this.gateway = gateway;
        this.client = client;
    }

    @Override
    public Said ask(String key, Question question) {
        return JSON.readValue(exchanged(key, question, false), Said.class);
    }

    @Override
    public void leave(String key, Question question) {
        exchanged(key, question, true);
    }

    private String exchanged(String key, Question question, boolean leaves) {
        NodePackages.installed(); // or the test is skipped
        return Script.ONE.exchanged(new Line(client, gateway.url() + "/v1", key, leaves, question));
    }

    @Override
    public void close() {}
}
