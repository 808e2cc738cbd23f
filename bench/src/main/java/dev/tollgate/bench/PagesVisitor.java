package dev.tollgate.bench;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Somebody who looks at pages, one after the other, on one connection. */
final class PagesVisitor {

    static final String LOGIN = "bench@example.com";

    private static final String PASSWORD = "the road is free 7";
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]*)\"");

    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"([0-9]+)\"");

    private final String url;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final Map<String, String> cookies = new LinkedHashMap<>();

    PagesVisitor(int port) {
        this.url = "http://" + LoadPhase.HOST + ":" + port;
    }

    void signUp() throws IOException, InterruptedException {
        send("/sign-up", Map.of("email", LOGIN, "password", PASSWORD, "zone", "Europe/Berlin"));
    }

    void signIn() throws IOException, InterruptedException {
        send("/sign-in", Map.of("login", LOGIN, "password", PASSWORD));
    }

    /** Chooses the zone that pages are shown in. */
    void live(String zone) throws IOException, InterruptedException {
        send("/dashboard/settings", "/dashboard/settings", Map.of("zone", zone, "name", "Bench", "theme", "system"));
    }

    private void send(String path, Map<String, String> fields) throws IOException, InterruptedException {
        send(path, path, fields);
    }

    private void send(String from, String path, Map<String, String> fields) throws IOException, InterruptedException {
        String page = answer(request(from).GET()).body();
        Matcher token = TOKEN.matcher(page);
        Matcher version = VERSION.matcher(page);
        if (!token.find()) {
            throw new IllegalStateException("there is no form at " + from);
        }
        String form = fields.entrySet().stream()
                .map(field -> field.getKey() + "=" + encoded(field.getValue()))
                .collect(Collectors.joining(
                        "&",
                        "csrf=" + encoded(token.group(1)) + "&",
                        version.find() ? "&version=" + version.group(1) : ""));
        HttpResponse<String> answer = answer(request(path)
                .header("origin", url)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
        if (answer.statusCode() != 303) {
            throw new IllegalStateException(path + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    /** Whatever is answered: the first looks at a server that has just started may be given up. */
    void tryToLook(String path) throws IOException, InterruptedException {
        answer(request(path).GET());
    }

    /** Reads a page to its end. @return its length */
    int look(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = answer(request(path).GET());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(path + " answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body().length();
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(60))
                .header("accept", "text/html,*/*");
        String kept = cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
        return kept.isEmpty() ? request : request.header("cookie", kept);
    }

    private HttpResponse<String> answer(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        for (String cookie : answer.headers().allValues("set-cookie")) {
            String[] parts = cookie.split("[=;]", 3);
            cookies.put(parts[0], parts[1]);
        }
        return answer;
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
