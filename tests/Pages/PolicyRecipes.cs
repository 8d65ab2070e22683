using System.Text.Json;
using FastNN.Onnx;
using Xunit;

namespace FastNN.Tests.Pages;

/// <summary>
/// Policies of reinforcement learning and a pipeline of scikit-learn, as their tools export them, with the outputs of these tools. Follows
/// the recipes of the page on files.
/// </summary>
public class PolicyRecipes
{
    private static readonly string s_folder = Path.Combine(AppContext.BaseDirectory, "data", "policies");
    private static readonly JsonElement s_results = JsonDocument.Parse(File.ReadAllText(PathOf("outputs.json"))).RootElement;

    [Theory]
    [InlineData("sb3.opset9.onnx")]
    [InlineData("sb3.opset16.onnx")]
    public void A_policy_of_stable_baselines_gives_its_actions(string file)
    {
        string ppoPath = PathOf(file);
        // <ppo>
        Network ppo = OnnxModel.Load(ppoPath, new OnnxLoadOptions { Output = "actions" });
        // </ppo>
        Assert.Equal([Activation.Tanh, Activation.Tanh, Activation.Identity], ppo.Layers.Select(layer => layer.Activation));
        Compare("sb3", ppo);
        Compare("sb3.values", OnnxModel.Load(ppoPath, new OnnxLoadOptions { Output = "values" }));
        Assert.EndsWith(
            "several outputs are networks, 'actions', 'values'; choose one: new OnnxLoadOptions { Output = \"actions\" }.",
            Assert.Throws<ModelFormatException>(() => OnnxModel.Load(ppoPath)).Message);
    }

    [Fact]
    public void An_actor_of_SAC_ends_in_the_limits_of_its_actions()
    {
        Network network = OnnxModel.Load(PathOf("sac.onnx"));
        Assert.Equal(
            [Activation.Relu, Activation.Relu, Activation.Tanh, Activation.Identity], network.Layers.Select(layer => layer.Activation));
        Compare("sac", network);
    }

    [Fact]
    public void Policies_of_Isaac_have_their_normalizers()
    {
        string isaacPath = PathOf("isaac.onnx"), rlGamesPath = PathOf("rlgames.onnx");
        // <isaac>
        Network actor = OnnxModel.Load(isaacPath); // (x − mean)/(std + 0.01), then Linear and ELU
        Standardizer normalizer = actor.InputStandardizer!;
        // </isaac>
        Assert.Equal(12, normalizer.Width);
        Assert.Equal([Activation.Elu, Activation.Elu, Activation.Identity], actor.Layers.Select(layer => layer.Activation));
        Compare("isaac", actor);

        // <rlgames>
        Network mu = OnnxModel.Load(rlGamesPath, new OnnxLoadOptions { Output = "mu" });
        // </rlgames>
        Assert.Equal(Activation.Clip(-5, 5), mu.Layers[0].Activation);
        Compare("rlgames", mu);
    }

    [Fact]
    public void A_pipeline_of_scikit_learn_has_its_scalers()
    {
        string sklearnPath = PathOf("sklearn.safetensors");
        // <sklearn>
        Network pipeline = Network.Load(sklearnPath, new LoadOptions { Hidden = Activation.Tanh, Output = Activation.Identity });
        // </sklearn>
        Compare("sklearn", pipeline);
    }

    /// <summary>
    /// The tools round in other places than FastNN, and scikit-learn computes in double. All of them agree within 2·10⁻⁵ of the values.
    /// </summary>
    private static void Compare(string name, Network network)
    {
        JsonElement result = s_results.GetProperty(name);
        float[] theirs = Floats(result.GetProperty("outputs")), ours = new float[theirs.Length];
        Assert.Equal(3 * network.Outputs, ours.Length);
        network.Forward(Floats(result.GetProperty("inputs")), ours);
        for (int k = 0; k < ours.Length; k++) Assert.Equal(theirs[k], ours[k], 2e-5f * Math.Max(1f, Math.Abs(theirs[k])));
    }

    private static string PathOf(string file) => Path.Combine(s_folder, file);

    private static float[] Floats(JsonElement array) => [.. array.EnumerateArray().Select(value => value.GetSingle())];
}
