package dev.tollgate.contract;

import dev.tollgate.testing.Gateway;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client in JavaScript: a process of {@code src/test/npm/clients.mjs}, which reads one question a line and prints one answer a line. The
 * packages are installed when they are first needed; without Node.js the tests that need it say that they could not run.
 */
final class ViaNode implements ForeignClient.Driver {

    private static final JsonMapper JSON = new JsonMapper();

    /** One line to the process. */
    record Line(String client, String baseUrl, String key, boolean leaves, Question question) {}

    private final Gateway gateway;
    private final String client;
    private @Nullable Process process;
    private @Nullable BufferedWriter questions;
    private @Nullable BufferedReader answers;

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
        try {
            start();
            questions.write(
                    JSON.writeValueAsString(new Line(client, gateway.url() + "/v1", key, leaves, question)) + "\n");
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

    private void start() throws IOException {
        if (process != null) {
            return;
        }
        ProcessBuilder script = new ProcessBuilder("node", "clients.mjs")
                .directory(NodePackages.installed().toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        script.environment().putAll(Map.of("AI_SDK_LOG_WARNINGS", "false", "NO_COLOR", "1"));
        process = script.start();
        questions = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
        answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
