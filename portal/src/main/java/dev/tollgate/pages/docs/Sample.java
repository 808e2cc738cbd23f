package dev.tollgate.pages.docs;

import dev.tollgate.base.money.ApiJson;
import dev.tollgate.models.FirstCall;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * A request to the API that can be written in several languages.
 *
 * @param headers may name {@code $TOLLGATE_KEY} and {@code $TOLLGATE_ADMIN_KEY}
 * @param body null if there is none
 */
public record Sample(
        String method,
        String url,
        Map<String, String> headers,
        @Nullable JsonNode body) {

    private static final Pattern CURL = Pattern.compile(
            "(?s)curl (?:-N )?(?:-X ([A-Z]+) )?\"?(http[^\\s\"]+)\"?((?:[ \\\\\\n]+-H \"[^\"]*\")*)(?:[ \\\\\\n]+-d '(.*)')?\\s*");
    private static final Pattern HEADER = Pattern.compile("-H \"([^:\"]+): ([^\"]*)\"");
    private static final Pattern VARIABLE = Pattern.compile("\\$(TOLLGATE_[A-Z_]+)");
    private static final String JSON = "application/json";
    private static final int WIDTH = 76;

    /** @return null if it is not one curl command that sends a header, and JSON or nothing */
    static @Nullable Sample ofCurl(String command) {
        Matcher curl = CURL.matcher(command);
        if (!curl.matches() || curl.group(3).isEmpty()) {
            return null;
        }
        Map<String, String> headers = new LinkedHashMap<>();
        HEADER.matcher(curl.group(3)).results().forEach(header -> headers.put(header.group(1), header.group(2)));
        try {
            JsonNode body = curl.group(4) == null ? null : ApiJson.MAPPER.readTree(curl.group(4));
            String method = curl.group(1) != null ? curl.group(1) : body == null ? "GET" : "POST";
            return new Sample(method, curl.group(2), headers, body);
        } catch (JacksonException e) {
            return null;
        }
    }

    /** Returns a call for curl and the same in other languages, by the language's name. */
    public static Map<String, String> forms(FirstCall call) {
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("curl", call.curl());
        Sample sample = ofCurl(call.curl());
        if (sample != null) {
            forms.put("Python", sample.python());
            forms.put("JavaScript", sample.javaScript());
        }
        return forms;
    }

    private boolean isStream() {
        return body != null && body.path("stream").asBoolean(false) || url.contains("alt=sse");
    }

    /** Returns the text that a chat completion asks, if that is all it sends; else an empty one. */
    String question() {
        if (body == null || !url.endsWith("/v1/chat/completions") || body.has("response_format")) {
            return "";
        }
        JsonNode content = body.at("/messages/0/content");
        return content.isString() ? content.asString() : "";
    }

    String curl() {
        StringBuilder curl = new StringBuilder("curl ").append(isStream() ? "-N " : "");
        if (!method.equals(body == null ? "GET" : "POST")) {
            curl.append("-X ").append(method).append(' ');
        }
        curl.append(url.contains("?") ? '"' + url + '"' : url);
        headers.forEach((name, value) -> curl.append(" \\\n  -H \"%s: %s\"".formatted(name, value)));
        return body == null ? curl.toString() : curl + " \\\n  -d '" + lines(body, "    ", false) + "'";
    }

    String python() {
        StringBuilder call = new StringBuilder("requests.%s(\n".formatted(method.toLowerCase(Locale.ROOT)));
        call.append("    \"").append(url).append("\",\n");
        String sent = headers.entrySet().stream()
                .filter(header -> body == null || !header.getValue().equals(JSON))
                .map(header -> '"' + header.getKey() + "\": " + ofPython(header.getValue()))
                .collect(Collectors.joining(", ", "    headers={", "},\n"));
        call.append(sent);
        if (body != null) {
            call.append("    json=").append(lines(body, "    ", true)).append(",\n");
        }
        return "import os, requests\n\n"
                + (isStream()
                        ? """
                        with %s    timeout=120, stream=True) as answer:
                            answer.raise_for_status()
                            for line in answer.iter_lines():
                                print(line.decode("utf-8"))""".formatted(call)
                        : """
                        answer = %s    timeout=120)
                        answer.raise_for_status()
                        print(answer.%s)""".formatted(call, method.equals("DELETE") ? "status_code" : "json()"));
    }

    private static String ofPython(String value) {
        Matcher variable = VARIABLE.matcher(value);
        if (!variable.find()) {
            return '"' + value + '"';
        }
        String before = value.substring(0, variable.start());
        return (before.isEmpty() ? "" : '"' + before + "\" + ") + "os.environ[\"" + variable.group(1) + "\"]";
    }

    String javaScript() {
        StringBuilder call =
                new StringBuilder("const answer = await fetch(\"").append(url).append("\", {\n");
        if (!method.equals("GET")) {
            call.append("  method: \"").append(method).append("\",\n");
        }
        call.append(headers.entrySet().stream()
                .map(header -> '"' + header.getKey() + "\": " + ofJavaScript(header.getValue()))
                .collect(Collectors.joining(", ", "  headers: {", "},\n")));
        if (body != null) {
            call.append("  body: JSON.stringify(")
                    .append(lines(body, "  ", false))
                    .append("),\n");
        }
        call.append("});\nif (!answer.ok) throw new Error(await answer.text());\n");
        if (isStream()) {
            return call + "for await (const part of answer.body) process.stdout.write(part);";
        }
        return call
                + (method.equals("DELETE")
                        ? "console.log(answer.status);"
                        : "console.log(JSON.stringify(await answer.json(), null, 2));");
    }

    private static String ofJavaScript(String value) {
        Matcher variable = VARIABLE.matcher(value);
        if (!variable.find()) {
            return '"' + value + '"';
        }
        String read = "process.env." + variable.group(1);
        return variable.start() == 0 ? read : '`' + value.substring(0, variable.start()) + "${" + read + "}`";
    }

    /** Returns JSON, each value on one line if it fits. @param margin of the lines after the first */
    static String lines(JsonNode node, String margin, boolean isPython) {
        String line = line(node, isPython);
        if (!node.isContainer() || margin.length() + line.length() <= WIDTH) {
            return line;
        }
        String inner = margin + "  ";
        if (node.isArray()) {
            return node.valueStream()
                    .map(each -> lines(each, inner, isPython))
                    .collect(Collectors.joining(",\n" + inner, "[\n" + inner, "\n" + margin + "]"));
        }
        return node.properties().stream()
                .map(member -> '"' + member.getKey() + "\": " + lines(member.getValue(), inner, isPython))
                .collect(Collectors.joining(",\n" + inner, "{\n" + inner, "\n" + margin + "}"));
    }

    private static String line(JsonNode node, boolean isPython) {
        if (node.isObject()) {
            return node.properties().stream()
                    .map(member -> '"' + member.getKey() + "\": " + line(member.getValue(), isPython))
                    .collect(Collectors.joining(", ", "{", "}"));
        }
        if (node.isArray()) {
            return node.valueStream().map(each -> line(each, isPython)).collect(Collectors.joining(", ", "[", "]"));
        }
        if (isPython && node.isBoolean()) {
            return node.booleanValue() ? "True" : "False";
        }
        if (node.isNumber()) {
            return node.decimalValue().toPlainString();
        }
        return isPython && node.isNull() ? "None" : node.toString();
    }
}
