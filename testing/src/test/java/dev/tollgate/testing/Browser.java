package dev.tollgate.testing;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Somebody with a browser that runs no scripts: keeps cookies, sends forms with the token of a page, follows no redirect by itself. */
public final class Browser {

    private static final Pattern DATA_TOKEN = Pattern.compile("data-csrf=\"([^\"]*)\"");
    private static final Pattern TOKEN = Pattern.compile("name=\"csrf\" value=\"([^\"]*)\"");

    private final String url;
    /** By name: the JDK's own jar would send them in quotes, as no browser does. */
    private final Map<String, String> cookies = new LinkedHashMap<>();

    /** One for all of them, as for all gateways: cookies are kept here. */
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private final String origin;
    private final Map<String, String> onTheWay;

    /** @param url the server's URL, without a slash at its end */
    public Browser(String url) {
        this(url, url, Map.of());
    }

    /**
     * One behind a proxy, which asks with a Host of its own.
     *
     * @param origin what the browser has asked the proxy for
     * @param onTheWay headers that the proxy adds
     */
    public Browser(String url, String origin, Map<String, String> onTheWay) {
        this.url = url;
        this.origin = origin;
        this.onTheWay = onTheWay;
    }

    /** What was answered. */
    public record Page(int status, String body, HttpResponse<String> response) {

        /** Where it leads; empty where it is a page. */
        public String location() {
            return response.headers().firstValue("location").orElse("");
        }

        public String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    public Page get(String path) {
        return send(request(path).GET());
    }

    /** Returns the first event of a stream, and leaves the stream. */
    public String event(String path) {
        try (Stream<String> lines = CLIENT.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofLines())
                .body()) {
            return lines.filter(line -> line.startsWith("data: ")).findFirst().orElse("");
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Opens the page at {@code from} and sends a form of it to {@code path}. */
    public Page submit(String from, String path, Map<String, String> fields) {
        return opened(from, path, fields).get();
    }

    /** As {@link #submit}, but sent only when it is asked for: what several send at once is opened by all before. */
    public Supplier<Page> opened(String from, String path, Map<String, String> fields) {
        String page = get(from).body();
        Matcher token = TOKEN.matcher(page);
        if (!token.find()) {
            throw new AssertionError("no form at " + from + ": " + page);
        }
        return () -> post(path, token.group(1), fields);
    }

    /** Sends a form as a page of ours would, with any token. */
    public Page post(String path, String token, Map<String, String> fields) {
        String form = fields.entrySet().stream()
                .map(field -> encoded(field.getKey()) + "=" + encoded(field.getValue()))
                .collect(Collectors.joining("&", "csrf=" + encoded(token) + "&", ""));
        return send(request(path)
                .header("origin", origin)
                .header("content-type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    /** What a script of the page at {@code from} sends, with the page's token; it is a GET where there is no body. */
    public Page call(String from, String path, String... json) {
        Matcher token = DATA_TOKEN.matcher(get(from).body());
        if (!token.find()) {
            throw new AssertionError("no token at " + from);
        }
        HttpRequest.Builder request = request(path).header("origin", origin).header("x-csrf-token", token.group(1));
        return send(
                json.length == 0
                        ? request.GET()
                        : request.header("content-type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(json[0])));
    }

    /** Makes an account and is signed in with it. */
    public Browser signUp(String email, String password) {
        Page page = submit("/sign-up", "/sign-up", Map.of("email", email, "password", password, "zone", "UTC"));
        if (page.status() != 303) {
            throw new AssertionError(page.status() + " " + page.body());
        }
        return this;
    }

    /** Makes an account by the link of a mail, and is signed in with it. */
    public Browser signUp(MailBox box, String email, String password) {
        submit("/sign-up", "/sign-up", Map.of("email", email));
        String link = box.link(email, 1);
        submit(link, link, Map.of("password", password, "zone", "UTC"));
        return this;
    }

    public Page signIn(String login, String password) {
        return submit("/sign-in", "/sign-in", Map.of("login", login, "password", password));
    }

    /** The cookies as a header carries them. */
    public String cookies() {
        return cookies.entrySet().stream()
                .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                .collect(Collectors.joining("; "));
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(url + path)).header("accept", "text/html,*/*");
        onTheWay.forEach(request::header);
        return cookies.isEmpty() ? request : request.header("cookie", cookies());
    }

    private Page send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
            response.headers().allValues("set-cookie").forEach(this::keep);
            return new Page(response.statusCode(), response.body(), response);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void keep(String setCookie) {
        String[] parts = setCookie.split("[=;]", 3);
        if (setCookie.endsWith("Max-Age=0")) {
            cookies.remove(parts[0]);
        } else {
            cookies.put(parts[0], parts[1]);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
