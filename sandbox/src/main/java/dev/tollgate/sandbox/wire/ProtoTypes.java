package dev.tollgate.sandbox.wire;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** The messages and enums of a request (protocol 1.2 to 1.7), read once from the table below. Immutable. */
public final class ProtoTypes {

    /**
     * {@code *} after a type: repeated; {@code map:} before it: a map with string keys; {@code @v} behind it: on Vertex AI only,
     * {@code @g}: on the Gemini API only.
     */
    private static final String MESSAGES = """
            GenerateContentRequest contents=Content* systemInstruction=Content tools=Tool* toolConfig=ToolConfig
             safetySettings=SafetySetting* generationConfig=GenerationConfig cachedContent=string
             serviceTier=ServiceTier@g store=bool@g model=string continuationToken=bytes
             generationOutputConfig=any@g labels=struct@v modelArmorConfig=struct@v
            CountTokensRequest contents=Content* generateContentRequest=GenerateContentRequest@g model=string
             systemInstruction=Content@v tools=Tool*@v generationConfig=GenerationConfig@v
            EmbedContentRequest content=Content taskType=TaskType title=string outputDimensionality=int32 model=string@g
             autoTruncate=bool@v
            BatchEmbedContentsRequest requests=EmbedContentRequest*
            PredictRequest instances=struct*@v parameters=struct@v
            CreateFileRequest file=File
            File name=string displayName=string mimeType=string sizeBytes=int64 createTime=string updateTime=string
             expirationTime=string sha256Hash=string uri=string state=string source=string
            Content role=string parts=Part*
            Part text=string inlineData=Blob fileData=FileData functionCall=FunctionCall
             functionResponse=FunctionResponse executableCode=struct codeExecutionResult=struct toolCall=struct
             toolResponse=struct thought=bool thoughtSignature=signature videoMetadata=VideoMetadata
             mediaResolution=MediaResolution partMetadata=struct audioTranscription=struct speechMetadata=struct
             mediaProcessing=struct
            Blob mimeType=string data=bytes displayName=string@v
            FileData fileUri=string mimeType=string displayName=string@v
            FunctionCall id=string name=string args=struct partialArgs=any@v willContinue=bool@v
            FunctionResponse id=string name=string response=struct parts=FunctionResponsePart* scheduling=string
             willContinue=bool
            FunctionResponsePart inlineData=FunctionResponseBlob fileData=FunctionResponseFileData
            FunctionResponseBlob mimeType=string data=bytes displayName=string
            FunctionResponseFileData fileUri=string mimeType=string displayName=string
            VideoMetadata startOffset=string endOffset=string fps=number
            MediaResolution level=MediaResolutionLevel
            Tool functionDeclarations=FunctionDeclaration* googleSearch=GoogleSearch googleSearchRetrieval=struct
             urlContext=struct codeExecution=struct googleMaps=struct fileSearch=struct@g computerUse=struct
             mcpServers=any@g enterpriseWebSearch=struct@v retrieval=struct@v
            GoogleSearch searchTypes=struct timeRangeFilter=struct excludeDomains=string*@v
             blockingConfidence=string@v
            FunctionDeclaration name=string description=string parameters=Schema parametersJsonSchema=any
             response=Schema responseJsonSchema=any behavior=string
            Schema type=Type format=string title=string description=string nullable=bool enum=string* items=Schema
             minItems=int64 maxItems=int64 minLength=int64 maxLength=int64 minProperties=int64 maxProperties=int64
             minimum=number maximum=number pattern=string properties=map:Schema required=string*
             propertyOrdering=string* anyOf=Schema* default=any example=any
            ToolConfig functionCallingConfig=FunctionCallingConfig includeServerSideToolInvocations=bool@g
             retrievalConfig=struct
            FunctionCallingConfig mode=Mode allowedFunctionNames=string* streamFunctionCallArguments=bool@v
            SafetySetting category=HarmCategory threshold=HarmBlockThreshold method=string@v
            GenerationConfig temperature=number topP=number topK=int32 candidateCount=int32 maxOutputTokens=int32
             stopSequences=string* seed=int32 presencePenalty=number frequencyPenalty=number responseLogprobs=bool
             logprobs=int32 responseMimeType=string responseSchema=Schema responseJsonSchema=any
             responseModalities=Modality* mediaResolution=MediaResolutionLevel thinkingConfig=ThinkingConfig
             speechConfig=struct imageConfig=ImageConfig enableEnhancedCivicAnswers=bool@g routingConfig=struct@v
             modelSelectionConfig=struct@v audioTimestamp=bool@v
            ImageConfig aspectRatio=string imageSize=string personGeneration=string imageOutputOptions=struct@v
             prominentPeople=string@v
            ThinkingConfig includeThoughts=bool thinkingBudget=int32 thinkingLevel=ThinkingLevel
            """;

    private static final String ENUMS = """
            Type TYPE_UNSPECIFIED STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL
            Mode MODE_UNSPECIFIED AUTO ANY NONE VALIDATED
            Modality MODALITY_UNSPECIFIED TEXT IMAGE AUDIO
            ThinkingLevel THINKING_LEVEL_UNSPECIFIED MINIMAL LOW MEDIUM HIGH XHIGH
            MediaResolutionLevel MEDIA_RESOLUTION_UNSPECIFIED MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM
             MEDIA_RESOLUTION_HIGH MEDIA_RESOLUTION_ULTRA_HIGH
            TaskType TASK_TYPE_UNSPECIFIED RETRIEVAL_QUERY RETRIEVAL_DOCUMENT SEMANTIC_SIMILARITY CLASSIFICATION CLUSTERING
             QUESTION_ANSWERING FACT_VERIFICATION CODE_RETRIEVAL_QUERY
            HarmCategory HARM_CATEGORY_UNSPECIFIED HARM_CATEGORY_HARASSMENT HARM_CATEGORY_HATE_SPEECH
             HARM_CATEGORY_SEXUALLY_EXPLICIT HARM_CATEGORY_DANGEROUS_CONTENT HARM_CATEGORY_CIVIC_INTEGRITY
             HARM_CATEGORY_JAILBREAK
            ServiceTier UNSPECIFIED STANDARD FLEX PRIORITY
            HarmBlockThreshold HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE
             BLOCK_ONLY_HIGH BLOCK_NONE OFF
            """;

    /** The data fields, of which a part has exactly one. */
    public static final List<String> PART_DATA = List.of(
            "text",
            "inlineData",
            "fileData",
            "functionCall",
            "functionResponse",
            "executableCode",
            "codeExecutionResult",
            "toolCall",
            "toolResponse");

    private static final Map<String, Map<String, Field>> GEMINI = fields("@v");
    private static final Map<String, Map<String, Field>> VERTEX = fields("@g");
    private static final Map<String, Set<String>> NAMES = names();

    private ProtoTypes() {}

    /** The fields of a message by their name in camel case and in snake case. */
    static Map<String, Field> message(String type, boolean vertex) {
        return Objects.requireNonNull((vertex ? VERTEX : GEMINI).get(type), type);
    }

    static boolean isMessage(String type) {
        return GEMINI.containsKey(type);
    }

    static boolean isEnum(String type) {
        return NAMES.containsKey(type);
    }

    static boolean hasName(String type, String name) {
        return Objects.requireNonNull(NAMES.get(type), type).contains(name);
    }

    public static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    /** All fields but those marked so. */
    private static Map<String, Map<String, Field>> fields(String without) {
        Map<String, Map<String, Field>> messages = new HashMap<>();
        for (String[] words : table(MESSAGES)) {
            Map<String, Field> fields = new LinkedHashMap<>();
            for (String word : Arrays.asList(words).subList(1, words.length)) {
                if (!word.endsWith(without)) {
                    Field field = Field.read(word.replaceFirst("@[gv]$", ""));
                    fields.put(field.name(), field);
                    fields.put(field.snakeName(), field);
                }
            }
            messages.put(words[0], Map.copyOf(fields));
        }
        return Map.copyOf(messages);
    }

    private static Map<String, Set<String>> names() {
        return table(ENUMS).stream().collect(Collectors.toUnmodifiableMap(words -> words[0], words -> Set.of(words)));
    }

    private static List<String[]> table(String source) {
        String joined = source.replace("\n ", " ");
        return joined.lines().map(line -> line.split(" ")).toList();
    }

    /**
     * A field of a message.
     *
     * @param name in camel case, as trees carry it after reading
     * @param type a message, an enum, or one of string, bool, int32, int64, number, bytes, signature, struct, any
     */
    record Field(String name, String snakeName, String type, boolean repeated, boolean map) {

        private static Field read(String word) {
            int equals = word.indexOf('=');
            String name = word.substring(0, equals);
            String type = word.substring(equals + 1);
            boolean repeated = type.endsWith("*");
            boolean map = type.startsWith("map:");
            String bare = type.replace("*", "").replace("map:", "");
            return new Field(name, snake(name), bare, repeated, map);
        }
    }
}
