// A saved file is whole or not there, even if the process is killed while it saves. `parent KILLS FOLDER` starts itself as `child FOLDER`.
// The child saves two networks by turns to one path. The parent kills it (SIGKILL) after a random time and looks at the file. It must load,
// verify, and be one of the two networks. `parent KILLS FOLDER --in-place` writes the file in place instead. It shows that this test can
// fail.
using System.Diagnostics;
using FastNN;

const string Name = "network.safetensors";
Network[] networks = [new([128, 256, 10], seed: 1), new([300, 300, 7], seed: 2)];
string folder = args[args[0] == "child" ? 1 : 2], path = Path.Combine(folder, Name);
return args[0] == "child" ? Save(args.Contains("--in-place")) : Kill(int.Parse(args[1]), args[3..]);

int Save(bool inPlace)
{
    for (int turn = 0; ; turn++)
    {
        if (inPlace)
        {
            using FileStream stream = File.Create(path);
            networks[turn % 2].Save(stream);
        }
        else
        {
            networks[turn % 2].Save(path);
        }

        if (turn == 0) Console.WriteLine("saving");
    }
}

int Kill(int kills, string[] options)
{
    var random = new Random(1);
    int damaged = 0;
    int[] seen = new int[2];
    for (int kill = 0; kill < kills; kill++)
    {
        using var child =
            Process.Start(new ProcessStartInfo(Environment.ProcessPath!, ["child", folder, .. options]) { RedirectStandardOutput = true })!;
        child.StandardOutput.ReadLine();
        // Wait up to 20 ms, which is time for some saves. A timer would wait in steps.
        long until = Stopwatch.GetTimestamp() + random.Next((int)(Stopwatch.Frequency / 50));
        while (Stopwatch.GetTimestamp() < until) Thread.SpinWait(20);
        child.Kill();
        child.WaitForExit();
        try
        {
            Network loaded = Network.Load(path);
            int which = Array.FindIndex(networks, network => network.Parameters.SequenceEqual(loaded.Parameters));
            if (which < 0) throw new ModelFormatException("The file holds another network.");
            seen[which]++;
        }
        catch (ModelFormatException exception)
        {
            damaged++;
            Console.WriteLine($"kill {kill}: {exception.Message}");
        }
    }

    int temporary = Directory.GetFiles(folder).Length - 1;
    Console.WriteLine(
        $"{kills} kills: {seen[0]} files of one network, {seen[1]} of the other, {damaged} damaged; {temporary} temporary files left");
    return damaged == 0 && seen[0] > 0 && seen[1] > 0 ? 0 : 1;
}
