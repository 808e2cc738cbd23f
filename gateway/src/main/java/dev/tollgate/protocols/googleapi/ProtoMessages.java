package dev.tollgate.protocols.googleapi;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The messages and enums of a request, as far as their fields are known (protocol 1.2 to 1.7). A field is {@code name=type}; {@code *} behind
 * it is a list, {@code map:} before it a map with names for keys. Types are messages, enums, or {@code string word bool int long number
 * finite object any}; a {@code word} is an enum's whose values are looked at elsewhere, a {@code tier} may be anything.
 */
final class ProtoMessages {

    private static final String TABLE = """
            Request contents=Content* systemInstruction=Content tools=Tool* toolConfig=ToolConfig safetySettings=SafetySetting*
             generationConfig=GenerationConfig cachedContent=string serviceTier=tier store=bool model=string
             continuationToken=string labels=map:string
            CountRequest contents=Content* systemInstruction=Content tools=Tool* toolConfig=ToolConfig
             generationConfig=GenerationConfig generateContentRequest=Request model=string
            CachedContent name=string model=string displayName=string contents=Content* systemInstruction=Content tools=Tool* toolConfig=ToolConfig
             ttl=string expireTime=string kmsKeyName=string createTime=any updateTime=any usageMetadata=any
            CreateFileRequest file=File
            File name=string displayName=string mimeType=string sizeBytes=any createTime=any updateTime=any expirationTime=any sha256Hash=any
             uri=any downloadUri=any state=any source=any videoMetadata=any error=any
            EmbedRequest model=string content=Content taskType=word title=string outputDimensionality=int autoTruncate=bool
            BatchEmbedRequest requests=EmbedRequest* model=string
            Content role=string parts=Part*
            Part text=string inlineData=Blob fileData=FileData functionCall=FunctionCall functionResponse=FunctionResponse
             executableCode=object codeExecutionResult=object thought=bool thoughtSignature=string videoMetadata=VideoMetadata
             mediaResolution=MediaResolution partMetadata=object speechMetadata=SpeechMetadata
            SpeechMetadata speaker=string style=string
            MediaResolution level=MediaResolutionLevel
            Blob mimeType=string data=string displayName=string
            VideoMetadata startOffset=string endOffset=string fps=number
            FileData fileUri=string mimeType=string displayName=string
            FunctionCall id=string name=string args=object
            FunctionResponse id=string name=string response=object parts=ResponsePart* scheduling=word willContinue=bool
            ResponsePart inlineData=Blob fileData=FileData
            Tool functionDeclarations=FunctionDeclaration* googleSearch=GoogleSearch googleSearchRetrieval=any
             urlContext=UrlContext codeExecution=CodeExecution googleMaps=GoogleMaps fileSearch=any computerUse=any mcpServers=any enterpriseWebSearch=any retrieval=any
            GoogleSearch searchTypes=object timeRangeFilter=object
            UrlContext
            CodeExecution
            GoogleMaps enableWidget=bool
            FunctionDeclaration name=string description=string parameters=Schema parametersJsonSchema=any response=Schema
             responseJsonSchema=any behavior=word
            Schema type=Type format=string title=string description=string nullable=bool enum=string* items=Schema minItems=long
             maxItems=long minLength=long maxLength=long minProperties=long maxProperties=long minimum=finite maximum=finite
             pattern=string properties=map:Schema required=string* propertyOrdering=string* anyOf=Schema* default=any example=any
            ToolConfig functionCallingConfig=FunctionCallingConfig includeServerSideToolInvocations=bool retrievalConfig=object
            FunctionCallingConfig mode=Mode allowedFunctionNames=string*
            SafetySetting category=HarmCategory threshold=HarmBlockThreshold
            GenerationConfig temperature=number topP=number topK=int candidateCount=int maxOutputTokens=int
             stopSequences=string* seed=int presencePenalty=number frequencyPenalty=number responseLogprobs=bool logprobs=int
             responseMimeType=string responseSchema=Schema responseJsonSchema=any responseModalities=word* mediaResolution=MediaResolutionLevel
             thinkingConfig=ThinkingConfig speechConfig=SpeechConfig imageConfig=ImageConfig enableEnhancedCivicAnswers=any audioTimestamp=any
             routingConfig=any modelSelectionConfig=any responseFormat=ResponseFormat
            ResponseFormat audio=AudioResponseFormat
            AudioResponseFormat mimeType=word delivery=word sampleRate=int bitRate=any
            ImageConfig aspectRatio=string imageSize=string personGeneration=any prominentPeople=any outputMimeType=any
             outputCompressionQuality=any imageOutputOptions=any
            SpeechConfig voiceConfig=VoiceConfig multiSpeakerVoiceConfig=MultiSpeakerVoiceConfig languageCode=string
            VoiceConfig voice=string prebuiltVoiceConfig=PrebuiltVoiceConfig
            PrebuiltVoiceConfig voiceName=string
            MultiSpeakerVoiceConfig speakerVoiceConfigs=SpeakerVoiceConfig*
            SpeakerVoiceConfig speaker=string voiceConfig=VoiceConfig
            ThinkingConfig includeThoughts=bool thinkingBudget=int thinkingLevel=ThinkingLevel
            """;

    private static final String ENUMS = """
            Type TYPE_UNSPECIFIED STRING NUMBER INTEGER BOOLEAN ARRAY OBJECT NULL
            Mode MODE_UNSPECIFIED AUTO ANY NONE VALIDATED
            MediaResolutionLevel MEDIA_RESOLUTION_UNSPECIFIED MEDIA_RESOLUTION_LOW MEDIA_RESOLUTION_MEDIUM MEDIA_RESOLUTION_HIGH
             MEDIA_RESOLUTION_ULTRA_HIGH
            ThinkingLevel THINKING_LEVEL_UNSPECIFIED MINIMAL LOW MEDIUM HIGH XHIGH
            HarmCategory HARM_CATEGORY_UNSPECIFIED HARM_CATEGORY_HARASSMENT HARM_CATEGORY_HATE_SPEECH
             HARM_CATEGORY_SEXUALLY_EXPLICIT HARM_CATEGORY_DANGEROUS_CONTENT HARM_CATEGORY_CIVIC_INTEGRITY HARM_CATEGORY_JAILBREAK
            HarmBlockThreshold HARM_BLOCK_THRESHOLD_UNSPECIFIED BLOCK_LOW_AND_ABOVE BLOCK_MEDIUM_AND_ABOVE BLOCK_ONLY_HIGH BLOCK_NONE
             OFF
            """;

    /** The zeros of enums whose values are looked at elsewhere. */
    private static final Set<String> ZEROS = Set.of(
            "UNSPECIFIED",
            "TASK_TYPE_UNSPECIFIED",
            "SCHEDULING_UNSPECIFIED",
            "MODALITY_UNSPECIFIED",
            "MIME_TYPE_UNSPECIFIED",
            "DELIVERY_UNSPECIFIED",
            "SERVICE_TIER_UNSPECIFIED");

    private static final Map<String, Map<String, Field>> MESSAGES = messages();
    private static final Map<String, Set<String>> WORDS = lines(ENUMS).stream()
            .collect(Collectors.toUnmodifiableMap(List::getFirst, words -> Set.copyOf(words.subList(1, words.size()))));

    private ProtoMessages() {}

    /** @param name in camel case, as the upstream is sent it */
    record Field(String name, String type, boolean repeated, boolean map) {

        private static Field read(String word) {
            int equals = word.indexOf('=');
            String type = word.substring(equals + 1);
            String bare = type.replace("*", "").replace("map:", "");
            return new Field(word.substring(0, equals), bare, type.endsWith("*"), type.startsWith("map:"));
        }
    }

    /** Returns a field by its name in camel or snake case; null if the message has no such field. */
    static @Nullable Field field(String message, String name) {
        return fields(message).get(name);
    }

    /** Returns the fields of a message by their names in either case. */
    static Map<String, Field> fields(String message) {
        return Objects.requireNonNull(MESSAGES.get(message), message);
    }

    static boolean isMessage(String type) {
        return MESSAGES.containsKey(type);
    }

    /** The values of an enum; null where the type is not an enum. */
    static @Nullable Set<String> words(String type) {
        return WORDS.get(type);
    }

    /** Returns whether a value is an enum's zero: it says nothing, as Google's own types have it. */
    static boolean isZero(Field field, JsonNode value) {
        String word = value.isString() ? value.stringValue().toUpperCase(Locale.ROOT) : "";
        return switch (field.type()) {
            case "word", "tier" -> ZEROS.contains(word);
            default -> WORDS.containsKey(field.type()) && word.endsWith("UNSPECIFIED");
        };
    }

    /** Returns a name in snake case, as Google's refusals have it. */
    static String snake(String camel) {
        return camel.replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }

    private static List<List<String>> lines(String table) {
        return table.replace("\n ", " ")
                .lines()
                .map(line -> Arrays.asList(line.split(" +")))
                .toList();
    }

    private static Map<String, Map<String, Field>> messages() {
        Map<String, Map<String, Field>> messages = new HashMap<>();
        for (List<String> words : lines(TABLE)) {
            Map<String, Field> fields = new HashMap<>();
            for (String word : words.subList(1, words.size())) {
                Field field = Field.read(word);
                fields.put(field.name(), field);
                fields.put(snake(field.name()), field);
            }
            messages.put(words.getFirst(), Map.copyOf(fields));
        }
        return Map.copyOf(messages);
    }
}
