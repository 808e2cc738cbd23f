package dev.tollgate.pages.frame;

import static dev.tollgate.base.words.Sentence.sentence;

import dev.tollgate.base.error.ApiError;
import dev.tollgate.base.error.ErrorCode;
import dev.tollgate.base.money.ApiJson;
import dev.tollgate.base.words.Language;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Handler;
import dev.tollgate.http.SharedBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * Style sheet, scripts and pictures, read when they are first asked for, not at each start, and kept, compressed too. Their paths carry a hash of what is in
 * them, so browsers may keep them for good. From any thread: the first that asks reads; two that read at the same time read the same.
 */
public final class Assets {

    private static final String FOLDER = "/assets/";
    private static final int HASH_CHARS = 12;
    private static final int WORTH_COMPRESSING = 200;

    /** The served files and their parts: each page requests one style sheet and one script. */
    private static final Map<String, List<String>> FILES = Map.of(
            "style.css", List.of("uplot.css", "style.css"),
            "app.js", List.of("words.js", "app.js"),
            "docs.js", List.of("words.js", "app.js", "highlight.js", "docs.js"),
            "charts.js", List.of("words.js", "app.js", "uplot.js", "charts.js"),
            "playground.js", List.of("words.js", "app.js", "marked.js", "purify.js", "playground/playground.mjs"),
            "highlight.js", List.of("highlight.js", "highlight-shared.js"),
            "temml.js", List.of("temml.js", "temml-shared.js"),
            "robots.txt", List.of("robots.txt"),
            "icons.svg", List.of("icons.svg"),
            "favicon.svg", List.of("favicon.svg"));

    /** A call of the function of {@code words.js}, in scripts of ours. */
    private static final Pattern WORD = Pattern.compile("\\bword\\('((?:\\\\.|[^'\\\\])*)'");

    /** @param sentences that the script can say */
    private record Asset(String hash, String type, SharedBytes bytes, SharedBytes compressed, List<String> sentences) {}

    private static final Assets ALL = new Assets();

    private final Map<String, Asset> assets = new ConcurrentHashMap<>();

    private Assets() {}

    /** Returns the assets of this program. */
    public static Assets all() {
        return ALL;
    }

    /** Returns the address of a file, for templates. */
    public static String url(String file) {
        return FOLDER + ALL.asset(file).hash() + "/" + file;
    }

    /**
     * Returns what a script can say in the language of now, with the language's signs for numbers, as {@code words.js} reads it. For templates.
     *
     * @return null in English
     */
    public static @Nullable String words(String script) {
        Language now = Language.now();
        if (now.isEnglish()) {
            return null;
        }
        ObjectNode json = ApiJson.MAPPER.createObjectNode();
        json.put("signs", "" + now.signs().decimal() + now.signs().group());
        ObjectNode words = json.putObject("words");
        for (String english : ALL.asset(script).sentences()) {
            String translation = now.translation(english);
            if (translation != null) {
                words.put(english, translation);
            }
        }
        return json.toString();
    }

    /** A picture of the sprite. For templates. */
    public static String icon(String name) {
        return url("icons.svg") + "#" + name;
    }

    private Asset asset(String file) {
        Asset known = assets.get(file);
        if (known != null) {
            return known;
        }
        List<String> parts = FILES.get(file);
        if (parts == null) {
            throw new IllegalArgumentException("no asset: " + file);
        }
        byte[] bytes = together(parts);
        Asset read = new Asset(
                hash(bytes),
                type(file),
                new SharedBytes(bytes),
                new SharedBytes(bytes.length < WORTH_COMPRESSING ? bytes : Packing.packed(bytes)),
                file.endsWith(".js") ? sentences(new String(bytes, StandardCharsets.UTF_8)) : List.of());
        assets.put(file, read);
        return read;
    }

    private static List<String> sentences(String script) {
        return WORD.matcher(script)
                .results()
                .map(found -> found.group(1).replaceAll("\\\\(.)", "$1"))
                .distinct()
                .toList();
    }

    /** {@code /assets/{hash}/{file}}. */
    public Handler<Object> files() {
        return (exchange, anyone) -> file(exchange);
    }

    private void file(Exchange exchange) {
        String file = exchange.pathParam("file");
        if (!FILES.containsKey(file)) {
            throw ApiError.of(ErrorCode.INVALID_REQUEST, sentence("There is no such file."))
                    .withStatus(404)
                    .asException();
        }
        Asset asset = asset(file);
        // An old page may ask for what a new program has in another version: it gets that, but is not to keep it.
        boolean isThis = asset.hash().equals(exchange.pathParam("hash"));
        exchange.setHeader("cache-control", isThis ? "public, max-age=31536000, immutable" : "no-store");
        send(exchange, asset);
    }

    /** Returns the handler of a file that browsers and robots request automatically. */
    public Handler<Object> byItself(String file) {
        return (exchange, anyone) -> {
            exchange.setHeader("cache-control", "public, max-age=86400");
            send(exchange, asset(file));
        };
    }

    private static void send(Exchange exchange, Asset asset) {
        exchange.setHeader("x-content-type-options", "nosniff");
        exchange.setHeader("cross-origin-resource-policy", "same-origin");
        if (Packing.isAccepted(exchange)
                && asset.compressed().length() < asset.bytes().length()) {
            Packing.mark(exchange);
            exchange.send(200, asset.type(), asset.compressed());
        } else {
            exchange.send(200, asset.type(), asset.bytes());
        }
    }

    private static String type(String file) {
        return switch (file.substring(file.lastIndexOf('.') + 1)) {
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            case "txt" -> "text/plain; charset=utf-8";
            default -> throw new IllegalArgumentException("type of " + file);
        };
    }

    /** Joins the parts. Each begins on a line of its own, and ends an open statement of the previous part. */
    private static byte[] together(List<String> parts) {
        if (parts.size() == 1) {
            return read(parts.getFirst());
        }
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (String part : parts) {
            all.writeBytes(read(part));
            all.writeBytes((part.endsWith("js") ? "\n;\n" : "\n").getBytes(StandardCharsets.US_ASCII));
        }
        return all.toByteArray();
    }

    private static byte[] read(String file) {
        if (!file.endsWith(".mjs")) {
            return stored(file);
        }
        int name = file.lastIndexOf('/') + 1;
        String folder = file.substring(0, name);
        return Modules.joined(file.substring(name), each -> new String(stored(folder + each), StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] stored(String file) {
        try (InputStream stream = Assets.class.getResourceAsStream(FOLDER + file)) {
            if (stream == null) {
                throw new IllegalStateException("missing in the program: " + file);
            }
            return stream.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes))
                    .substring(0, HASH_CHARS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /**
     * JavaScript modules as one classic script. A page requests one script, and its content security policy allows no import map, so imported
     * names cannot follow the hashes in asset paths. Each import and export stands at the beginning of a line; names are unique across all modules.
     */
    static final class Modules {

        private static final Pattern IMPORT =
                Pattern.compile("^import [^;]* from '\\./([a-z]+\\.mjs)';\\n", Pattern.MULTILINE);
        private static final Pattern EXPORT = Pattern.compile("^export ", Pattern.MULTILINE);

        private Modules() {}

        /**
         * Joins a module and all that it imports: each once, after those that it imports itself.
         *
         * @param source returns the text of a module by its name
         * @throws IllegalArgumentException if modules import each other in a circle
         */
        static String joined(String main, UnaryOperator<String> source) {
            Map<String, String> bodies = new LinkedHashMap<>();
            add(main, source, bodies, new HashSet<>());
            return "(() => {\n'use strict';\n" + String.join("", bodies.values()) + "})();\n";
        }

        private static void add(
                String module, UnaryOperator<String> source, Map<String, String> bodies, Set<String> open) {
            if (bodies.containsKey(module)) {
                return;
            }
            if (!open.add(module)) {
                throw new IllegalArgumentException(module + " imports itself through others");
            }
            String text = source.apply(module);
            IMPORT.matcher(text).results().forEach(found -> add(found.group(1), source, bodies, open));
            bodies.put(
                    module, EXPORT.matcher(IMPORT.matcher(text).replaceAll("")).replaceAll(""));
        }
    }
}
