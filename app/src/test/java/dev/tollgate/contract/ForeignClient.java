package dev.tollgate.contract;

import dev.tollgate.testing.Effort;
import dev.tollgate.testing.Gateway;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** The clients that the matrix has, of OpenAI's protocol and Google's for the Gemini door, each with what it has no words or no ears for. */
enum ForeignClient {
    OPENAI_JAVA(ViaOpenAiJava::new),
    LANGCHAIN4J(ViaLangChain4j::new, Lacks.SOURCES),
    SIMPLE_OPENAI(ViaSimpleOpenAi::new, Lacks.LATE_ERRORS, Lacks.NO_EFFORT),
    OPENAI_NPM(gateway -> new ViaNode(gateway, "openai")),
    VERCEL_AI(gateway -> new ViaNode(gateway, "ai"), Lacks.SOURCES, Lacks.URLS),
    /** Asked in the long tests alone: it comes with some forty packages, and is the openai package beneath. */
    LANGCHAIN_JS(gateway -> new ViaNode(gateway, "langchain"), Lacks.SOURCES),
    GOOGLE_GENAI(ViaGoogleGenAi::new, Lacks.NO_EFFORT, Lacks.CODES),
    GENAI_NPM(gateway -> new ViaNode(gateway, "genai"), Lacks.NO_EFFORT, Lacks.LATE_WORDS);

    /** What a client cannot say, or does not tell its user. */
    enum Lacks {
        /** Annotations of an answer. */
        SOURCES,
        /** An error event in a stream; the user sees an end without a finish reason. */
        LATE_ERRORS,
        /** What an error in the middle of a stream says: its user hears that there was one. */
        LATE_WORDS,
        /** The code of an error, in addition to its status and its message. */
        CODES,
        /** The word {@code none} for the effort of reasoning. */
        NO_EFFORT,
        /** URLs of media: it downloads them itself, and refuses addresses that are not public. */
        URLS
    }

    /** A client at work. One question at a time; it tries nothing again. */
    interface Driver extends AutoCloseable {

        /** @param key the caller's key */
        Said ask(String key, Question question);

        /** Asks for a stream and goes away after the first piece of text. */
        void leave(String key, Question question);

        @Override
        void close();
    }

    private interface Making {
        Driver of(Gateway gateway);
    }

    private final Making making;
    private final Set<Lacks> lacks = EnumSet.noneOf(Lacks.class);

    ForeignClient(Making making, Lacks... lacks) {
        this.making = making;
        this.lacks.addAll(Arrays.asList(lacks));
    }

    /** The clients that are asked in this run. */
    static List<ForeignClient> asked() {
        return Stream.of(values())
                .filter(client -> client != LANGCHAIN_JS && client != VERCEL_AI || Effort.isLong())
                .toList();
    }

    Driver driver(Gateway gateway) {
        return making.of(gateway);
    }

    boolean has(Lacks words) {
        return !lacks.contains(words);
    }
}
