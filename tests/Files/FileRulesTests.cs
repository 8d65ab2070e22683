extern alias core;
using System.Reflection;
using FastNN.Files;
using FastNN.Onnx;
using Xunit;
using CoreFileRules = core::FastNN.Files.FileRules;

namespace FastNN.Tests.Files;

/// <summary>Readers and writers of all formats refuse big-endian processes, which would read other numbers without a word.</summary>
public class FileRulesTests
{
    /// <summary>What every save and every load of a format goes through.</summary>
    public static TheoryData<string, MethodBase> Gates { get; } = new()
    {
        { "safetensors and checkpoints are read", typeof(SafetensorsReader).GetConstructors(All).Single() },
        { "safetensors and checkpoints are written", typeof(SafetensorsWriter).GetMethod("Write", All)! },
        { "ONNX is read", typeof(OnnxModel).Assembly.GetType("FastNN.Onnx.OnnxReader")!.GetMethod("Parse", All)! },
        { "ONNX is written", typeof(OnnxModel).Assembly.GetType("FastNN.Onnx.OnnxWriter")!.GetMethod("Write", All)! },
    };

    private const BindingFlags All = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

    [Fact]
    public void A_big_endian_process_is_refused()
    {
        CoreFileRules.RequireLittleEndian(isLittleEndian: true);
        var exception = Assert.Throws<PlatformNotSupportedException>(() => CoreFileRules.RequireLittleEndian(isLittleEndian: false));
        Assert.Equal("Networks are saved and loaded only on little-endian processors. This one is big-endian.", exception.Message);
    }

    /// <summary>No test runs on such a processor, so this one looks for the call.</summary>
    [Theory]
    [MemberData(nameof(Gates), DisableDiscoveryEnumeration = true)]
    public void Every_gate_asks(string gate, MethodBase method)
    {
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        const byte call = 0x28;
        IEnumerable<int> tokens = Enumerable.Range(0, code.Length - sizeof(int)).Where(at => code[at] == call)
            .Select(at => BitConverter.ToInt32(code, at + 1));
        Assert.True(tokens.Any(token => NameOf(token) == nameof(CoreFileRules.RequireLittleEndian)), gate);

        string? NameOf(int token)
        {
            try
            {
                return method.Module.ResolveMethod(token)?.Name;
            }
            catch (ArgumentException) // these bytes are something else
            {
                return null;
            }
        }
    }
}
