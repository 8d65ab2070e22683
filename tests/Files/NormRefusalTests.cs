using Xunit;

namespace FastNN.Tests.Files;

/// <summary>
/// A norm is folded, or it is of another network, or the file is refused. No network loads that would compute something else.
/// </summary>
public class NormRefusalTests
{
    private const string Chain = "0.weight 4,3; 0.bias 4; 1.running_mean 4; 1.running_var 4; 3.weight 2,4";
    private static readonly LoadOptions s_given = NetworkFileTests.Given;

    /// <summary>Files, norms as "name after layer" or "name before layer", and what the message says.</summary>
    public static TheoryData<string, string, string> Placed { get; } = new()
    {
        { Chain, "9 after 0", "The file has no BatchNorm \"9\" with \".running_mean\" and \".running_var\". Others: \"1\"." },
        { "0.weight 4,3", "9 after 0", "The file has no BatchNorm \"9\" with \".running_mean\" and \".running_var\". Others: none." },
        { Chain, "1 after 2", "After of the BatchNorm \"1\" must be a layer of the network, but is \"2\". The layers are \"0\", \"3\"." },
        { Chain, "1 before ", "Before of the BatchNorm \"1\" must be a layer of the network, but is \"\". The layers are \"0\", \"3\"." },
        { Chain, "1 after 3",
            "The tensor \"1.running_mean\" [4] must have one dimension, the 2 outputs of the tensor \"3.weight\" [2, 4], "
            + "because LoadOptions.Norms says that it stands after it." },
        { Chain, "1 before 0",
            "The tensor \"1.running_mean\" [4] must have one dimension, the 3 inputs of the tensor \"0.weight\" [4, 3], "
            + "because LoadOptions.Norms says that it stands before it." },
        { "0.weight 4,3; 1.running_mean 4; 1.running_var 3", "1 after 0", "The tensor \"1.running_var\" [3] must have one dimension, " },
        { "0.weight 4,3; 1.running_mean 4; 1.running_var 4; 1.weight 4,4", "1 after 0", "The tensor \"1.weight\" [4, 4] must have one " },
        { "0.weight 4,3; 1.running_mean 4; 1.running_var 4; 1.bias 5", "1 after 0", "The tensor \"1.bias\" [5] must have one dimension" },
        { "0.weight 4,3; 1.running_mean 4; 1.bias 4", "1 after 0",
            "The tensor \"1.running_mean\" [4] is of a BatchNorm, but its running variances are missing." },
        { "0.weight 4,3; 1.running_var 4", "1 after 0",
            "The tensor \"1.running_var\" [4] is of a BatchNorm, but its running means are missing." },
    };

    /// <summary>Files without a place for their norms, and what the message advises.</summary>
    public static TheoryData<string, string> Unplaced { get; } = new()
    {
        { Chain, "{ After = \"0\" }] if it takes the sums of that layer, or { Before = \"3\" } if it takes the inputs of that layer." },
        { "net.0.weight 4,4; net.1.running_mean 4; net.1.running_var 4; net.3.weight 4,4; net.5.weight 4,4",
            "[new BatchNorm(\"net.1\") { After = \"net.0\" }] if it takes the sums of that layer, or { Before = \"net.3\" }" },
        { "0.running_mean 4; 0.running_var 4; 1.weight 4,4",
            "{ After = \"…\" }] if it takes the sums of that layer, or { Before = \"1\" }" },
        { "0.weight 4,4; 2.weight 4,4; 4.running_mean 4; 4.running_var 4",
            "{ After = \"2\" }] if it takes the sums of that layer, or { Before = \"…\" }" },
        { "fc1.weight 4,4; fc2.weight 4,4; bn.running_mean 4; bn.running_var 4", "{ After = \"…\" }] if it takes the sums of " },
        { "fc1.weight 4,3; fc2.weight 2,4; bn.running_mean 4; bn.running_var 4", "{ After = \"fc1\" }] if it takes the sums of " },
        { "W1 4,3; W2 2,4; bn.running_mean 4; bn.running_var 4", "[new BatchNorm(\"bn\") { After = \"…\" }]" },
        { "0.weight 4,3; 1.running_mean 4", "The tensor \"1.running_mean\" [4] is of a BatchNorm, but its running variances are missing." },
        { "0.weight 4,3; 1.weight 4; 1.bias 4", "The tensor \"1.weight\" [4] and the tensor \"1.bias\" [4] look like a LayerNorm" },
        { "0.weight 4,3; 1.weight 4", "The tensor \"1.weight\" [4] looks like an RMSNorm or a PReLU, which no layer of FastNN can hold." },
        { "0.kernel 3,4; LayerNorm_0.scale 4; LayerNorm_0.bias 4", "look like a LayerNorm or a GroupNorm" },
        { "0.kernel 3,4; n/gamma:0 4; n/beta:0 4", "The tensor \"n/gamma:0\" [4] and the tensor \"n/beta:0\" [4] look like a LayerNorm" },
    };

    /// <summary>Files, listed layers, and whether their norm may stand between these.</summary>
    public static TheoryData<string, string, bool> Listed { get; } = new()
    {
        { "0.weight 4,3; 1.running_mean 4; 1.running_var 4; 3.weight 2,4", "0 3", true },
        { "0.weight 4,3; 1.weight 4; 1.bias 4; 3.weight 2,4", "0 3", true },
        { "0.weight 4,3; 1.weight 4; 3.weight 2,4", "0 3", true },
        { "0.weight 4,3; 3.weight 2,4; 4.running_mean 2; 4.running_var 2; 6.weight 2,2", "0 3", true }, // it may stand behind them
        { "fc1.weight 4,3; bn1.running_mean 4; bn1.running_var 4; fc2.weight 2,4", "fc1 fc2", true },
        { "layers.0.weight 4,3; norms.0.running_mean 4; norms.0.running_var 4; layers.1.weight 2,4", "layers.0 layers.1", true },
        { "layers.0.weight 4,3; norms.0.running_mean 4; norms.0.running_var 4; head.weight 2,4; aux.weight 2,4", "layers.0 head", true },
        { "b.0.fc.weight 4,3; b.0.norm.weight 4; b.0.norm.bias 4; b.1.fc.weight 2,4", "b.0.fc b.1.fc", true },
        { "W1 3,4; W2 4,2; bn.running_mean 4; bn.running_var 4", "W1 W2", true },
        { "0.weight 4,3; 3.weight 2,4; obs.running_mean 3; obs.running_var 3", "0 3", true },
        { "0.weight 4,3; 3.weight 2,4; values.running_mean 1; values.running_var 1", "0 3", false },
        { "0.weight 4,3; 3.weight 2,4; norm.weight 5; norm.bias 5", "0 3", false },
        { "0.weight 4,3; 3.weight 2,4; prelu.weight 1", "0 3", true },
        { "actor.0.weight 4,3; critic.0.weight 4,3; critic.1.running_mean 4; critic.1.running_var 4; actor.1.weight 2,4",
            "actor.0 actor.1", false },
        { "actor.0.weight 4,3; critic.0.weight 4,3; critic.1.weight 4; critic.1.bias 4; actor.1.weight 2,4", "actor.0 actor.1", false },
        { "m.actor.0.weight 4,3; m.critic.0.weight 4,3; m.critic.1.weight 4; m.actor.1.weight 2,4", "m.actor.0 m.actor.1", false },
        { "m/actor/0/kernel 3,4; m/critic/0/kernel 3,4; m/critic/n/gamma 4; m/actor/1/kernel 4,2", "m/actor/0 m/actor/1", false },
        { "0.weight 4,3; encoder.0.weight 4,3; encoder.1.running_mean 4; encoder.1.running_var 4; 2.weight 2,4", "0 2", false },
        { "actor.0.weight 4,3; critic.1.running_mean 4; critic.1.running_var 4; actor.1.weight 2,4", "actor.0 actor.1", true },
    };

    [Theory]
    [MemberData(nameof(Placed))]
    public void A_place_that_does_not_fit_is_refused(string tensors, string norm, string message)
    {
        string[] words = norm.Split(' ');
        BatchNorm place = words[1] == "after" ? new(words[0]) { After = words[2] } : new(words[0]) { Before = words[2] };
        Assert.StartsWith(message, Refused(TensorNameTests.FileOf(tensors), s_given with { Norms = [place] }));
    }

    [Theory]
    [MemberData(nameof(Unplaced))]
    public void A_norm_without_a_place_is_refused(string tensors, string message)
    {
        string text = Refused(TensorNameTests.FileOf(tensors), s_given);
        Assert.Contains(message, text);
        Assert.DoesNotContain("LoadOptions.Layers", text); // to list the others is no cure
    }

    [Theory]
    [MemberData(nameof(Listed))]
    public void A_norm_of_listed_layers_is_not_skipped(string tensors, string layers, bool isBetween)
    {
        byte[] file = TensorNameTests.FileOf(tensors);
        LoadOptions options = s_given with { Layers = layers.Split(' ') };
        if (isBetween) Assert.Matches("are of a BatchNorm|look.* like a", Refused(file, options));
        else Assert.Equal(3 * 4 + 4 + 4 * 2 + 2, Network.Load(file, options).Parameters.Length);
    }

    /// <summary>A norm of another network has no part in this one, even if the caller has placed others.</summary>
    [Fact]
    public void Norms_of_other_networks_are_skipped_beside_those_that_are_placed()
    {
        byte[] file = TensorFile.Of(
            TensorFile.F32("actor.0.weight", [1, 1], 3), TensorFile.F32("actor.1.running_mean", [1], 1),
            TensorFile.F32("actor.1.running_var", [1], 4), TensorFile.F32("critic.0.weight", [1, 1], 8),
            TensorFile.F32("critic.1.running_mean", [1], 1), TensorFile.F32("critic.1.running_var", [1], 9));
        LoadOptions options =
            s_given with { Layers = ["actor.0"], Norms = [new BatchNorm("actor.1") { After = "actor.0", Epsilon = 0 }] };
        Assert.Equal([1.5f, -0.5f], Network.Load(file, options).Parameters);
        Assert.StartsWith(
            "After of the BatchNorm \"critic.1\" must be a layer of the network, but is \"critic.0\". The layers are \"actor.0\".",
            Refused(file, options with { Norms = [.. options.Norms!, new BatchNorm("critic.1") { After = "critic.0" }] }));
    }

    [Theory]
    [InlineData(
        0f, -1f, 1f, 0f, "The tensor \"1.running_var\" [1]: value 0 must be finite, and greater than 0 with Epsilon = 1E-05, but is -1.")]
    [InlineData(0f, float.NaN, 1f, 0f, "The tensor \"1.running_var\" [1]: value 0 must be finite, and greater than 0")]
    [InlineData(0f, float.PositiveInfinity, 1f, 0f, "The tensor \"1.running_var\" [1]: value 0 must be finite, and greater than 0")]
    [InlineData(float.NaN, 1f, 1f, 0f, "The BatchNorm \"1\": value 0 must be scaled and shifted by finite numbers, but they are 0.99")]
    [InlineData(0f, 1f, float.NegativeInfinity, 0f, "The BatchNorm \"1\": value 0 must be scaled and shifted by finite numbers, but")]
    [InlineData(0f, 1f, 1f, float.NaN, "The BatchNorm \"1\": value 0 must be scaled and shifted by finite numbers, but they are 0.99")]
    [InlineData(0f, 1e-30f, 3e38f, 0f, "The tensor \"0.weight\" [1, 1] must be finite after LoadOptions.Norms are folded into it, but")]
    [InlineData(3e38f, 0.01f, 3e5f, 0f, "The tensor \"0.bias\" [1] must be finite after LoadOptions.Norms are folded into it, but has -")]
    public void Numbers_that_make_no_fold_are_refused(float mean, float variance, float weight, float bias, string message)
    {
        byte[] file = TensorFile.Of(
            TensorFile.F32("0.weight", [1, 1], 1), TensorFile.F32("0.bias", [1], 1), TensorFile.F32("1.running_mean", [1], mean),
            TensorFile.F32("1.running_var", [1], variance), TensorFile.F32("1.weight", [1], weight), TensorFile.F32("1.bias", [1], bias));
        Assert.StartsWith(message, Refused(file, s_given with { Norms = [new BatchNorm("1") { After = "0" }] }));
    }

    [Fact]
    public void Types_that_are_not_read_are_refused()
    {
        byte[] file = TensorFile.Of(
            TensorFile.F32("0.weight", [1, 1], 1), TensorFile.F32("1.running_mean", [1], 1), new("1.running_var", "I32", [1], new byte[4]));
        Assert.Equal(
            "The tensor \"1.running_var\" [1] must be of type F32, F16, BF16 or F64, the types that are read.",
            Refused(file, s_given with { Norms = [new BatchNorm("1") { After = "0" }] }));
    }

    [Fact]
    public void A_file_of_FastNN_has_no_norms() => Assert.Equal(
        "The file has no BatchNorm \"1\" with \".running_mean\" and \".running_var\". Others: none.",
        Refused(TensorFile.Saved(new Network([1, 1], seed: 1)), new LoadOptions { Norms = [new BatchNorm("1") { After = "0" }] }));

    [Fact]
    public void Options_that_contradict_themselves_are_refused()
    {
        Assert.Equal(
            "Norms[0], \"1\", must have either After or Before, but has none. (Parameter 'Norms')", Norms(new BatchNorm("1")));
        Assert.Equal(
            "Norms[0], \"1\", must have either After or Before, but has both. (Parameter 'Norms')",
            Norms(new BatchNorm("1") { After = "0", Before = "3" }));
        Assert.Equal(
            "Norms[1] must have a name of its own, but \"1\" is there twice. (Parameter 'Norms')",
            Norms(new BatchNorm("1") { After = "0" }, new BatchNorm("1") { Before = "3" }));
        Assert.Equal("Norms[0] must be a BatchNorm, but is null. (Parameter 'Norms')", Norms([null!]));
        Assert.Throws<ArgumentNullException>(() => new BatchNorm(null!));
        foreach (double epsilon in (double[])[-1e-9, double.NaN, double.PositiveInfinity])
        {
            Assert.StartsWith(
                "Epsilon must be at least 0 and finite.",
                Assert.Throws<ArgumentOutOfRangeException>(() => new BatchNorm("1") { Epsilon = epsilon }).Message);
        }

        static string Norms(params BatchNorm[] norms) => Assert.Throws<ArgumentException>(() => new LoadOptions { Norms = norms }).Message;
    }

    private static string Refused(byte[] file, LoadOptions options)
    {
        string message = Assert.Throws<ModelFormatException>(() => Network.Load(file, options)).Message;
        Assert.Equal(message, Assert.Throws<ModelFormatException>(() => Network.Load(new MemoryStream(file), options)).Message);
        return message;
    }
}
