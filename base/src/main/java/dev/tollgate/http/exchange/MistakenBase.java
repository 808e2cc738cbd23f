package dev.tollgate.http.exchange;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The paths of programs whose base URL is a whole address, has no version, or is written otherwise. */
final class MistakenBase {

    /** A method of Google's models, which ends the address of a model. */
    private static final String METHOD =
            ":(?:generateContent|streamGenerateContent|countTokens|embedContent|batchEmbedContents)";

    private static final Pattern METHOD_WITHIN = Pattern.compile(METHOD + "(?=/)");
    private static final Pattern METHOD_AND_SLASH = Pattern.compile("(" + METHOD + ")/$");

    private static final Pattern VERSION = Pattern.compile("^/V1(?:BETA)?(?=/)", Pattern.CASE_INSENSITIVE);
    /** An address that other paths begin with. Anthropic's batches are no wrong address of OpenAI's. */
    private static final Pattern ADDRESS =
            Pattern.compile("^(?:/v1)?/(?:chat/completions|completions|responses|messages(?!/batches)"
                    + "|embeddings|images/generations|images/edits|audio/speech|audio/transcriptions)(?=/)");

    private static final Pattern OF_A_MODEL = Pattern.compile("/models/.+:[A-Za-z]+");

    private MistakenBase() {}

    /** Returns the path with the right beginning, or the same one. */
    static String beginning(String path) {
        return WrongBase.corrected(path);
    }

    /** Returns the right path, or the same one. */
    static String corrected(String path) {
        String right = WrongBase.corrected(
                VERSION.matcher(path).replaceFirst(it -> it.group().toLowerCase(Locale.ROOT)));
        right = right.length() > 1 && right.endsWith("/") ? right.substring(0, right.length() - 1) : right;
        Matcher address = ADDRESS.matcher(right);
        if (address.find()) {
            String rest = right.substring(address.end());
            right = VERSION.matcher(rest).find() ? rest : "/v1" + rest;
        }
        return versioned(right);
    }

    /**
     * Returns the address of a model behind a whole address, or the same path. This comes before the routes, since ids of models may contain slashes
     * and colons: only the name of a method ends an address.
     */
    static String ofModel(String path) {
        String right = METHOD_AND_SLASH.matcher(path).replaceFirst("$1");
        int end = wholeUntil(right);
        if (end == 0) {
            return right;
        }
        String rest = right.substring(end);
        Matcher version = VERSION.matcher(rest);
        String model = version.find() ? rest.substring(version.end()) : rest;
        return OF_A_MODEL.matcher(model).matches() ? versioned(rest) : right;
    }

    /** Returns the end of the last whole address that something follows in a path with a model's method; 0 if there is none. */
    private static int wholeUntil(String path) {
        if (path.indexOf(':') < 0) {
            return 0;
        }
        Matcher address = ADDRESS.matcher(path);
        int end = address.find() ? address.end() : 0;
        Matcher method = METHOD_WITHIN.matcher(path);
        while (method.find()) {
            end = method.end();
        }
        return end;
    }

    private static String versioned(String path) {
        return OF_A_MODEL.matcher(path).matches() ? "/v1beta" + path : path;
    }

    /** A beginning of paths that programs make of a wrong base URL, and the right one. */
    private record WrongBase(String sent, String right) {

        /** The rules in their order: several may apply to one path. */
        private static final List<WrongBase> ALL = List.of(
                new WrongBase("//", "/"),
                new WrongBase("/v1//", "/v1/"),
                new WrongBase("/v1beta//", "/v1beta/"),
                new WrongBase("/v1beta/openai//", "/v1/"),
                new WrongBase("/v1beta/openai/", "/v1/"),
                new WrongBase("/v1beta/v1beta/", "/v1beta/"),
                new WrongBase("/v1beta/v1/", "/v1/"),
                new WrongBase("/v1/v1beta/", "/v1beta/"),
                new WrongBase("/v1/v1/", "/v1/"));

        /** Google's methods are no paths of OpenAI's clients: it is the id of a model that begins with its maker. */
        private static final Pattern OF_OPENAIS_MODEL = Pattern.compile("/v1beta/openai/[^/].*" + METHOD);

        static String corrected(String path) {
            if (OF_OPENAIS_MODEL.matcher(path).matches()) {
                return path;
            }
            String corrected = path;
            for (WrongBase wrong : ALL) {
                if (corrected.startsWith(wrong.sent)) {
                    corrected = wrong.right + corrected.substring(wrong.sent.length());
                }
            }
            return corrected;
        }
    }
}
